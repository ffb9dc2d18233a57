import { Anchor, Breadcrumbs, Group, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

interface PageHeadProps {
  readonly title: string;
  /** What this page is below, besides the list of repositories. */
  readonly trail: ReactNode;
  readonly badge?: ReactNode;
  /** What is below the title. */
  readonly children?: ReactNode;
}

/** The top of a page below the list of repositories. */
export const PageHead = ({ title, trail, badge, children }: PageHeadProps) => (
  <Stack gap={6}>
    <Breadcrumbs separatorMargin={6}>
      <Anchor component={Link} href="/" size="sm">
        Repositories
      </Anchor>
      {trail}
    </Breadcrumbs>
    <Group gap="sm">
      <Title order={1} size="h2" className="break">
        {title}
      </Title>
      {badge}
    </Group>
    {children}
  </Stack>
);
