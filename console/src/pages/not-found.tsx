import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from 'wouter';

export const NotFound = () => (
  <Stack gap="xs">
    <Title order={1} size="h2">
      There is no such page
    </Title>
    <Text>
      <Anchor component={Link} href="/">
        To the repositories
      </Anchor>
    </Text>
  </Stack>
);
