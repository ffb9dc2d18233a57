import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { repositoryPage } from '../addresses.ts';
import { service, troubleOf } from '../service.ts';
import { TroubleAlert } from './trouble.tsx';

/** Registers a repository, and starts its first sync. */
export const AddRepository = ({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) => {
  const [url, setUrl] = useState('');
  const [id, setId] = useState('');
  const [credential, setCredential] = useState('');
  const [, go] = useLocation();
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: async () => {
      const { repository_id } = await service.call('create-repository', {
        body: { source: { url: url.trim(), ...named({ credential }) }, ...named({ repository_id: id }) },
      });
      await service.sync(repository_id);
      return repository_id;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['repositories'] }),
    onSuccess: (repositoryId) => {
      onClose();
      setUrl('');
      setId('');
      setCredential('');
      go(repositoryPage(repositoryId));
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    add.mutate();
  };
  const { fields } = troubleOf(add.error);
  const close = (): void => {
    add.reset();
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title="Add a repository" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Address"
            description="https://… of a git repository; on this machine also a folder or file://…"
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
            error={fields['source.url']}
            required
            data-autofocus
          />
          <TextInput
            label="Id"
            description="What it is called here. Without one the service chooses."
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
            error={fields.repository_id}
          />
          <TextInput
            label="Credential"
            description="For a private source: the name of one that the operator keeps for it"
            value={credential}
            onChange={(event) => setCredential(event.currentTarget.value)}
            error={fields['source.credential']}
            autoComplete="off"
          />
          {add.error !== null && Object.keys(fields).length === 0 && <TroubleAlert error={add.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending} disabled={url.trim() === ''}>
              Add and sync
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};

/** Those that were typed. */
const named = <Name extends string>(typed: Readonly<Record<Name, string>>): { readonly [N in Name]?: string } =>
  Object.fromEntries(
    Object.entries<string>(typed)
      .map(([name, value]) => [name, value.trim()] as const)
      .filter(([, value]) => value !== ''),
  ) as { readonly [N in Name]?: string };
