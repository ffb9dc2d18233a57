import { Button, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import type { Repository, RepositoryChange } from '../../../../client/src/client.ts';
import { Access } from '../../parts/access.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { NamesInput } from '../../parts/names-input.tsx';
import { TakeOver } from '../../parts/take-over.tsx';
import { Time } from '../../parts/time.tsx';
import { TroubleAlert } from '../../parts/trouble.tsx';
import { service, troubleOf } from '../../service.ts';
import { spaced } from '../../words.ts';
import { RepositoryFrame } from './repository-frame.tsx';

export const Settings = ({ id }: { readonly id: string }) => (
  <RepositoryFrame id={id} tab="settings">
    {(repository) => <Form key={repository.repository_id} repository={repository} />}
  </RepositoryFrame>
);

const Form = ({ repository }: { readonly repository: Repository }) => {
  const { repository_id: id, role } = repository;
  const cache = useQueryClient();
  const [, go] = useLocation();
  // What is not typed here follows the service: someone else may change it meanwhile.
  const [edits, setEdits] = useState<Partial<Typed>>({});
  const stored = typedOf(repository);
  const { schedule, branch, patterns, credential, deleted } = { ...stored, ...edits };
  const edit = (more: Partial<Typed>): void => setEdits((before) => ({ ...before, ...more }));
  const save = useMutation({
    mutationFn: (body: RepositoryChange) => service.call('update-repository', { path: { repo_id: id }, body }),
    onSuccess: (changed) => {
      setEdits({});
      cache.setQueryData(['repository', id], changed);
    },
  });
  const remove = async (): Promise<void> => {
    await service.call('delete-repository', { path: { repo_id: id } });
    go('/');
    cache.removeQueries({ queryKey: ['repository', id] });
    await cache.invalidateQueries({ queryKey: ['repositories'] });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate(changeOf(edits, stored));
  };
  const { fields } = troubleOf(save.error);
  const owner = role === 'owner';
  return (
    <Stack gap="xl" maw={640}>
      <Stack component="form" onSubmit={submit} aria-label="Settings">
        {!owner && <Text className="quiet">Only an owner may change these.</Text>}
        <TextInput
          label="Schedule"
          description="When it syncs by itself: a cron expression of five fields, in UTC, such as 0 3 * * 1-5. Empty: never."
          value={schedule}
          onChange={(event) => edit({ schedule: event.currentTarget.value })}
          error={fields.schedule}
          disabled={!owner}
          classNames={{ input: 'mono' }}
        />
        <ScheduleState repository={repository} />
        <TextInput
          label="Default branch"
          description={`Empty: the one that the source’s HEAD names${repository.follows_head && repository.default_branch !== null ? `, which is ${repository.default_branch} now` : ''}.`}
          value={branch}
          onChange={(event) => edit({ branch: event.currentTarget.value })}
          error={fields.default_branch}
          disabled={!owner}
        />
        <NamesInput
          label="Never index"
          description="Patterns as in a .gitignore file, Enter after each; from the next sync on"
          value={patterns}
          onChange={(all) => edit({ patterns: all })}
          error={Object.entries(fields).find(([name]) => name.startsWith('ignore_patterns'))?.[1]}
          disabled={!owner}
        />
        {owner && (
          <TextInput
            label="Credential"
            description="For a private source: the name of one that the operator keeps for it. What it holds is never shown. Empty: none."
            value={credential}
            onChange={(event) => edit({ credential: event.currentTarget.value })}
            error={fields['source.credential']}
            autoComplete="off"
          />
        )}
        <Select
          label="Branches that the source has deleted"
          data={[
            { value: 'drop', label: 'Drop them from the index' },
            { value: 'keep', label: 'Keep them searchable' },
          ]}
          value={deleted}
          onChange={(value) => edit({ deleted: value === 'keep' ? 'keep' : 'drop' })}
          allowDeselect={false}
          disabled={!owner}
        />
        {save.error !== null && Object.keys(fields).length === 0 && <TroubleAlert error={save.error} />}
        {owner && (
          <Group>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
            {save.isSuccess && (
              <Text size="sm" role="status">
                Saved.
              </Text>
            )}
          </Group>
        )}
      </Stack>
      {owner && <Access repository={repository} />}
      {owner && <TakeOver id={id} />}
      {owner && (
        <Stack gap="xs" align="flex-start" component="section">
          <Title order={2} size="h4">
            Remove it
          </Title>
          <Text size="sm">Its index and its history of syncs go. The source is not touched.</Text>
          <Confirm
            label="Remove this repository"
            title={`Remove ${id}?`}
            action="Remove it"
            onConfirm={remove}
            color="red"
            variant="outline"
            size="sm"
          >
            Nothing of it is found any more, and its history of syncs is gone. To have it back, add it again.
          </Confirm>
        </Stack>
      )}
    </Stack>
  );
};

/** The settings as the fields show them; empty stands for none. */
interface Typed {
  readonly schedule: string;
  readonly branch: string;
  readonly patterns: string[];
  readonly credential: string;
  readonly deleted: Repository['deleted_branches'];
}

const typedOf = (repository: Repository): Typed => ({
  schedule: repository.schedule ?? '',
  branch: repository.follows_head ? '' : (repository.default_branch ?? ''),
  patterns: [...repository.ignore_patterns],
  credential: repository.source.credential ?? '',
  deleted: repository.deleted_branches,
});

/** Of the credential only another one: who names one must be someone who may use it. */
const changeOf = (edits: Partial<Typed>, stored: Typed): RepositoryChange => {
  const { schedule, branch, patterns, credential, deleted } = edits;
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());
  return {
    ...(schedule === undefined ? {} : { schedule: orNull(schedule) }),
    ...(branch === undefined ? {} : { default_branch: orNull(branch) }),
    ...(patterns === undefined ? {} : { ignore_patterns: patterns }),
    ...(deleted === undefined ? {} : { deleted_branches: deleted }),
    ...(credential === undefined || credential.trim() === stored.credential
      ? {}
      : { source: { credential: orNull(credential) } }),
  };
};

const ScheduleState = ({ repository: { schedule_state } }: { readonly repository: Repository }) => {
  if (schedule_state === null) return null;
  const { next_run, last_run, overdue_since } = schedule_state;
  return (
    <Text size="sm" component="div" className="quiet break">
      {next_run !== null && (
        <div>
          Next run <Time at={next_run} />
        </div>
      )}
      {last_run !== null && (
        <div>
          Last run <Time at={last_run.at} />: {spaced(last_run.outcome)}
          {last_run.error !== null && `, ${last_run.error.message}`}
        </div>
      )}
      {overdue_since !== null && (
        <div>
          Overdue since <Time at={overdue_since} />
        </div>
      )}
    </Text>
  );
};
