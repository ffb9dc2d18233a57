import { Button, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { jobPage } from '../addresses.ts';
import { service, troubleOf } from '../service.ts';
import { TroubleAlert } from './trouble.tsx';

/** Takes over the index that another service has of the same repository; for its owners. */
export const TakeOver = ({ id }: { readonly id: string }) => {
  const [, go] = useLocation();
  const [from, setFrom] = useState('');
  const [credential, setCredential] = useState('');
  const start = useMutation({
    mutationFn: () =>
      service.call('start-import', {
        path: { repo_id: id },
        body: { from: from.trim(), ...(credential.trim() === '' ? {} : { credential: credential.trim() }) },
      }),
    onSuccess: ({ job_id }) => go(jobPage(job_id)),
  });
  const { fields } = troubleOf(start.error);
  return (
    <Stack
      gap="sm"
      component="form"
      aria-label="Take over an index"
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate();
      }}
    >
      <Title order={2} size="h4">
        Take over an index
      </Title>
      <Text size="sm">
        From another service with the same embedder: nothing is embedded here. Until it is complete, searches are
        answered from the index as it is.
      </Text>
      <TextInput
        label="Its address there"
        description="As the other service’s API has it: https://sync.example.com/api/repositories/…"
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
        error={fields.from}
        inputMode="url"
        autoComplete="off"
      />
      <TextInput
        label="Credential for the other service"
        description="The name of one that the operator keeps, with a token of that service"
        value={credential}
        onChange={(event) => setCredential(event.currentTarget.value)}
        error={fields.credential}
        autoComplete="off"
      />
      {start.error !== null && Object.keys(fields).length === 0 && <TroubleAlert error={start.error} />}
      <Button type="submit" variant="default" loading={start.isPending} style={{ alignSelf: 'flex-start' }}>
        Take it over
      </Button>
    </Stack>
  );
};
