import { Alert, Button, Center, Code, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { AlertIcon } from '@primer/octicons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { signIn, type Way } from '../session/session.ts';
import { tokenStore } from '../session/token-store.ts';

/** The way in where nobody is signed in. `refusal`: why a link, a token or the provider did not do. */
export const SignIn = ({ kind, refusal }: Way) => (
  <Center component="main" mih="100vh" p="md">
    <Stack className="panel" p="xl" gap="lg" maw={460} w="100%">
      <Stack gap="xs">
        <img src="/icon.svg" alt="" width="40" height="40" />
        <Title order={1} size="h2">
          Repository Sync
        </Title>
      </Stack>
      {refusal !== null && <Refusal>{refusal}</Refusal>}
      {kind === 'oidc' ? <AtProvider /> : kind === 'link' ? <ByLink /> : <Again />}
    </Stack>
  </Center>
);

const Refusal = ({ children }: { readonly children: string }) => (
  <Alert color="red" variant="light" icon={<AlertIcon />} title="You are not signed in" role="alert">
    <span className="break">{children}</span>
  </Alert>
);

const AtProvider = () => {
  const leave = useMutation({ mutationFn: signIn });
  return (
    <>
      {leave.error !== null && <Refusal>{`the page to sign in cannot be reached: ${leave.error.message}`}</Refusal>}
      {/* Still busy after it has succeeded: the provider's page is on its way. */}
      <Button onClick={() => leave.mutate()} loading={leave.isPending || leave.isSuccess}>
        Sign in
      </Button>
    </>
  );
};

const Again = () => (
  <Button variant="default" onClick={() => location.reload()}>
    Try again
  </Button>
);

const ByLink = () => {
  const [token, setToken] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const typed = token.trim();
    if (typed !== '') tokenStore.set(typed);
  };
  return (
    <>
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
    </>
  );
};
