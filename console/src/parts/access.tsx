import { Badge, Button, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Grant, Repository } from '../../../client/src/client.ts';
import { service, troubleOf } from '../service.ts';
import { Confirm } from './confirm.tsx';
import { TroubleAlert } from './trouble.tsx';

type Role = Grant['role'];

const roles: readonly { readonly value: Role; readonly label: string }[] = [
  { value: 'read', label: 'May search' },
  { value: 'write', label: 'May also sync' },
  { value: 'owner', label: 'May do everything' },
];

/** Who else may use a repository; for its owners. */
export const Access = ({ repository }: { readonly repository: Repository }) => {
  const { repository_id: id, owner, grants = [] } = repository;
  const cache = useQueryClient();
  const [user, setUser] = useState('');
  const [role, setRole] = useState<Role>('read');
  const seen = () => cache.invalidateQueries({ queryKey: ['repository', id] });
  const give = useMutation({
    mutationFn: (grant: { readonly user: string; readonly role: Role }) =>
      service.call('put-grant', { path: { repo_id: id, user: grant.user }, body: { role: grant.role } }),
    onSuccess: async (_, { user: given }) => {
      if (given === user.trim()) setUser('');
      await seen();
    },
  });
  const take = async (from: string): Promise<void> => {
    await service.call('delete-grant', { path: { repo_id: id, user: from } });
    await seen();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    give.mutate({ user: user.trim(), role });
  };
  const wrong = troubleOf(give.error).fields['path.user'];
  return (
    <Stack gap="sm" component="section" aria-label="Access">
      <Title order={2} size="h4">
        Access
      </Title>
      <ul className="rows">
        <Entry user={owner}>
          <Badge color="gray">Registered it</Badge>
        </Entry>
        {grants.map((grant) => (
          <Entry key={grant.user} user={grant.user}>
            <Group gap="xs" wrap="nowrap">
              <Select
                aria-label={`What ${grant.user} may do`}
                size="xs"
                w={170}
                data={[...roles]}
                value={grant.role}
                onChange={(chosen) => give.mutate({ user: grant.user, role: (chosen ?? grant.role) as Role })}
                allowDeselect={false}
              />
              <Confirm
                label="Remove"
                title={`Remove ${grant.user}’s access?`}
                action="Remove it"
                onConfirm={() => take(grant.user)}
                variant="default"
                aria-label={`Remove ${grant.user}`}
              >
                This repository is not there any more for {grant.user}. A sync of theirs that runs is not ended.
              </Confirm>
            </Group>
          </Entry>
        ))}
      </ul>
      <form onSubmit={submit} aria-label="Give access">
        <Group align="flex-start" gap="xs">
          <TextInput
            label="User"
            description="The sub of their tokens"
            value={user}
            onChange={({ currentTarget: { value } }) => setUser(value)}
            error={wrong}
            miw={200}
            flex={1}
          />
          <Select
            label="Role"
            description="What they may do"
            data={[...roles]}
            value={role}
            onChange={(chosen) => setRole((chosen ?? 'read') as Role)}
            allowDeselect={false}
            w={170}
          />
        </Group>
        <Button type="submit" variant="default" mt="sm" disabled={user.trim() === ''} loading={give.isPending}>
          Give access
        </Button>
      </form>
      {give.error !== null && wrong === undefined && <TroubleAlert error={give.error} />}
    </Stack>
  );
};

const Entry = ({ user, children }: { readonly user: string; readonly children: React.ReactNode }) => (
  <Group component="li" justify="space-between" px="md" py="xs" gap="xs">
    <Text size="sm" className="break">
      {user}
    </Text>
    {children}
  </Group>
);
