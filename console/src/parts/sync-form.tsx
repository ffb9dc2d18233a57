import { Button, Collapse, Group, Radio, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { SyncIcon } from '@primer/octicons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Repository, SyncOptions } from '../../../client/src/client.ts';
import * as queries from '../queries.ts';
import { service, troubleOf } from '../service.ts';
import { syncInWords } from '../sync-words.ts';
import { TroubleAlert } from './trouble.tsx';

type Extent = 'auto' | 'incremental' | 'full';

/** Starts a sync; says in words what it will do before it does. */
export const SyncForm = ({ repository }: { readonly repository: Repository }) => {
  const { repository_id: id, active_job_id: running } = repository;
  const cache = useQueryClient();
  const [opened, { toggle, close }] = useDisclosure(false);
  const [extent, setExtent] = useState<Extent>('auto');
  const [branches, setBranches] = useState<string[]>([]);
  const [patterns, setPatterns] = useState<string[]>([]);
  const [pull, setPull] = useState<'default' | 'yes' | 'no'>('default');
  const [webhook, setWebhook] = useState('');
  const { data: runningJob = null } = useQuery({ ...queries.job(running ?? ''), enabled: running !== null });
  const options: SyncOptions = {
    ...(extent === 'full' ? { full_reindex: true } : extent === 'incremental' ? { incremental: true } : {}),
    ...(branches.length === 0 ? {} : { branches }),
    ...(patterns.length === 0 ? {} : { ignore_patterns: patterns }),
    ...(pull === 'default' ? {} : { pull_remote: pull === 'yes' }),
    ...(webhook.trim() === '' ? {} : { progress_webhook: webhook.trim() }),
    ...(running === null ? {} : { force: true }),
  };
  const start = useMutation({
    mutationFn: (chosen: SyncOptions) => service.sync(id, chosen),
    onSuccess: close,
    onSettled: () =>
      Promise.all(
        [['repository', id], ['repositories'], ['jobs', id]].map((queryKey) => cache.invalidateQueries({ queryKey })),
      ),
  });
  const { fields } = troubleOf(start.error);
  const unplaced = Object.keys(fields).every((name) => !/^(branches|ignore_patterns|progress_webhook)/.test(name));
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <Button
          leftSection={<SyncIcon />}
          onClick={() => start.mutate({})}
          loading={start.isPending}
          disabled={running !== null || opened}
        >
          {running === null ? 'Sync now' : 'A sync is running'}
        </Button>
        <Button variant="default" onClick={toggle} aria-expanded={opened}>
          {running === null ? 'Options' : 'Replace it'}
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
          <Radio.Group label="What to process" value={extent} onChange={(value) => setExtent(value as Extent)}>
            <Stack gap="xs" mt="xs">
              <Radio value="auto" label="What has changed, or everything where that is quicker" />
              <Radio value="incremental" label="Only what has changed" />
              <Radio value="full" label="Everything: build the index anew" />
            </Stack>
          </Radio.Group>
          <Group grow align="flex-start" preventGrowOverflow={false}>
            <TagsInput
              label="Branches"
              description="Enter after each; none means the default branch"
              data={repository.index.branches.map(({ name }) => name)}
              value={branches}
              onChange={setBranches}
              error={fields.branches}
              miw={220}
            />
            <TagsInput
              label="Leave out"
              description="Patterns as in a .gitignore file, for this sync"
              value={patterns}
              onChange={setPatterns}
              error={fields.ignore_patterns}
              miw={220}
            />
          </Group>
          <Group grow align="flex-start" preventGrowOverflow={false}>
            <Select
              label="The remote"
              description="Whether new commits are asked for"
              data={[
                { value: 'default', label: 'As usual for this source' },
                { value: 'yes', label: 'Ask it first' },
                { value: 'no', label: 'Do not ask it' },
              ]}
              value={pull}
              onChange={(value) => setPull((value ?? 'default') as typeof pull)}
              allowDeselect={false}
              miw={220}
            />
            <TextInput
              label="Progress webhook"
              description="An address that gets an event every ten points"
              type="url"
              value={webhook}
              onChange={(event) => setWebhook(event.currentTarget.value)}
              error={fields.progress_webhook}
              miw={220}
            />
          </Group>
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
            <Button type="submit" loading={start.isPending} color={running === null ? 'teal' : 'red'}>
              {running === null ? 'Start this sync' : 'Cancel the running one and start this'}
            </Button>
          </Group>
        </Stack>
      </Collapse>
    </Stack>
  );
};
