import { Button, Collapse, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { SyncIcon } from '@primer/octicons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Repository, SyncOptions } from '../../../client/src/client.ts';
import { jobPage } from '../addresses.ts';
import * as queries from '../queries.ts';
import { service, troubleOf } from '../service.ts';
import { isLimited, optionsOf, unchosen } from '../sync-choice.ts';
import { syncInWords } from '../sync-words.ts';
import { isPlaced, SyncFields } from './sync-fields.tsx';
import { TroubleAlert } from './trouble.tsx';

/** So long the service waits at most until it is known whether a sync keeps its limits. */
const LIMIT_SECONDS = 25;

/** Starts a sync, or plans one; says in words what it will do before it does. */
export const SyncForm = ({ repository }: { readonly repository: Repository }) => {
  const { repository_id: id, active_job_id: running } = repository;
  const isRunning = running !== null;
  const cache = useQueryClient();
  const [, go] = useLocation();
  const [opened, { toggle, close }] = useDisclosure(false);
  const [choice, setChoice] = useState(unchosen);
  const { data: runningJob = null } = useQuery({ ...queries.job(running ?? ''), enabled: isRunning });
  const options = optionsOf(choice, isRunning);
  const start = useMutation({
    mutationFn: (chosen: SyncOptions) => service.sync(id, chosen, isLimited(chosen) ? { wait: LIMIT_SECONDS } : {}),
    onSuccess: ({ job_id }, { dry_run }) => {
      close();
      setChoice(unchosen);
      // A plan is what was asked for: its page shows it.
      if (dry_run === true) go(jobPage(job_id));
    },
    onSettled: () =>
      Promise.all(
        [['repository', id], ['repositories'], ['jobs', id]].map((queryKey) => cache.invalidateQueries({ queryKey })),
      ),
  });
  const { fields } = troubleOf(start.error);
  const unplaced = !Object.keys(fields).some(isPlaced);
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <Button
          leftSection={<SyncIcon />}
          onClick={() => start.mutate({})}
          loading={start.isPending}
          disabled={isRunning || opened}
        >
          {isRunning ? 'A sync is running' : 'Sync now'}
        </Button>
        <Button variant="default" onClick={toggle} aria-expanded={opened}>
          {isRunning ? 'Another sync' : 'Options'}
        </Button>
      </Group>
      {!opened && start.error !== null && <TroubleAlert error={start.error} />}
      <Collapse expanded={opened}>
        <Stack
          className="panel"
          p="lg"
          component="form"
          onSubmit={(event) => {
            event.preventDefault();
            start.mutate(options);
          }}
        >
          <SyncFields
            choice={choice}
            choose={(more) => setChoice((before) => ({ ...before, ...more }))}
            isRunning={isRunning}
            known={repository.index.branches.map(({ name }) => name)}
            fields={fields}
          />
          <Text component="div" size="sm" role="status">
            <Text fw={650} size="sm">
              What this does
            </Text>
            {syncInWords(options, runningJob).map((text) => (
              <div key={text}>{text}</div>
            ))}
          </Text>
          {start.error !== null && unplaced && <TroubleAlert error={start.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Close
            </Button>
            <Button type="submit" loading={start.isPending} color={options.force === true ? 'red' : 'teal'}>
              {submitWords(options)}
            </Button>
          </Group>
        </Stack>
      </Collapse>
    </Stack>
  );
};

const submitWords = ({ force, dry_run, on_conflict }: SyncOptions): string => {
  if (force === true) return 'Cancel the running one and start this';
  if (on_conflict === 'queue') return 'Start this after it';
  if (on_conflict === 'attach') return dry_run === true ? 'Join it, or plan this' : 'Join it';
  return dry_run === true ? 'Plan this sync' : 'Start this sync';
};
