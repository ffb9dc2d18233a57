import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { service, troubleOf } from '../service.ts';
import { TroubleAlert } from './trouble.tsx';

/** Registers a repository, and starts its first sync. */
export const AddRepository = ({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) => {
  const [url, setUrl] = useState('');
  const [id, setId] = useState('');
  const [, go] = useLocation();
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: async () => {
      const { repository_id } = await service.call('create-repository', {
        body: { source: { url: url.trim() }, ...(id.trim() === '' ? {} : { repository_id: id.trim() }) },
      });
      await service.sync(repository_id);
      return repository_id;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['repositories'] }),
    onSuccess: (repositoryId) => {
      onClose();
      setUrl('');
      setId('');
      go(`/repositories/${encodeURIComponent(repositoryId)}`);
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
