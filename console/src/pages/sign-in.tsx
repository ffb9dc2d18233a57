import { Alert, Button, Center, Code, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { AlertIcon } from '@primer/octicons-react';
import { type FormEvent, useState } from 'react';
import { tokenStore } from '../session/token-store.ts';

/** The way in where nobody is signed in: a link, or a token. `refusal`: why a link or a token did not do. */
export const SignIn = ({ refusal }: { readonly refusal: string | null }) => {
  const [token, setToken] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const typed = token.trim();
    if (typed !== '') tokenStore.set(typed);
  };
  return (
    <Center component="main" mih="100vh" p="md">
      <Stack className="panel" p="xl" gap="lg" maw={460} w="100%">
        <Stack gap="xs">
          <img src="/icon.svg" alt="" width="40" height="40" />
          <Title order={1} size="h2">
            Repository Sync
          </Title>
        </Stack>
        {refusal !== null && (
          <Alert color="red" variant="light" icon={<AlertIcon />} title="You are not signed in" role="alert">
            {refusal}
          </Alert>
        )}
        <Text>
          Open the link that <Code>npm start</Code> has printed. It works once; the next one is in{' '}
          <Code>.repo-sync/console-link</Code>.
        </Text>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <PasswordInput
              label="Or a token"
              description="Such as one that npm run -s token prints."
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
              autoComplete="off"
              visibilityToggleButtonProps={{ 'aria-label': 'Show the token' }}
            />
            <Button type="submit" disabled={token.trim() === ''}>
              Sign in
            </Button>
          </Stack>
        </form>
      </Stack>
    </Center>
  );
};
