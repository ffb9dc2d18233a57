import { Group, Progress, Stack, Text } from '@mantine/core';
import { XIcon } from '@primer/octicons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Job } from '../../../client/src/client.ts';
import { jobPage, repositoryPage } from '../addresses.ts';
import { service } from '../service.ts';
import { indexWithout, phaseInWords, remaining, timeTaken, waitsForAnother } from '../sync-words.ts';
import { useLiveJob } from '../use-live-job.ts';
import { duration, plain, sentence } from '../words.ts';
import { Confirm } from './confirm.tsx';
import classes from './live-job.module.css';
import { useNow } from './time.tsx';
import { TroubleAlert } from './trouble.tsx';

type Step = readonly [Job['progress']['phase'], string];

const syncSteps: readonly Step[] = [
  ['pull', 'Pull'],
  ['diff', 'Compare'],
  ['stage', 'Read'],
  ['embed', 'Index'],
  ['publish', 'Publish'],
];
const importSteps: readonly Step[] = [
  ['import', 'Import'],
  ['publish', 'Publish'],
];

/** A job that runs: its phase, its files, how fast it is and when it will end. Nothing once it has ended. */
export const LiveJob = ({ jobId, linked = true }: { readonly jobId: string; readonly linked?: boolean }) => {
  const { job, error, rate } = useLiveJob(jobId);
  const now = useNow();
  if (error !== null) return <TroubleAlert error={error} />;
  if (job === undefined || job.ended_at !== null) return null;
  if (waitsForAnother(job)) return <Waiting job={job} />;
  const { phase, percentage, files_processed, files_total, current_file } = job.progress;
  const steps = job.mode_reason === 'imported' || phase === 'import' ? importSteps : syncSteps;
  const at = steps.findIndex(([name]) => name === phase);
  const left = remaining(job, now);
  return (
    <Stack className="panel" p="lg" gap="sm" aria-label="The sync that is running" component="section">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Text fw={650} aria-live="polite">
            {phaseInWords(job)}
          </Text>
          <Text size="sm" className="quiet numbers">
            {duration(timeTaken(job, now))} so far{left === null ? '' : `, ${left}`}
          </Text>
        </div>
        <Text className={`${classes.percentage} numbers`}>{percentage} %</Text>
      </Group>
      <Progress value={percentage} size="lg" aria-label={`Progress: ${percentage} %`} animated />
      <ol className={classes.steps}>
        {steps.map(([name, word], n) => (
          <li
            key={name}
            data-state={n < at ? 'done' : n === at ? 'now' : 'next'}
            aria-current={n === at ? 'step' : undefined}
          >
            {word}
          </li>
        ))}
      </ol>
      <dl className={classes.facts}>
        <Fact name="Files">
          {files_total === null ? 'being counted' : `${plain(files_processed)} of ${plain(files_total)}`}
        </Fact>
        <Fact name="Rate">{rate === null ? '–' : `${plain(Math.round(rate * 10) / 10)} files/s`}</Fact>
        <Fact name="Now" wide>
          <span className="mono break">{current_file ?? '–'}</span>
        </Fact>
      </dl>
      {job.last_error !== null && (
        <Text size="sm" className="break" role="status">
          Try {job.last_error.try} of {job.last_error.tries} failed: {job.last_error.message} It is tried again.
        </Text>
      )}
      <Group justify="space-between">
        {linked ? (
          <Link href={jobPage(jobId)} className={classes.more}>
            All about this sync
          </Link>
        ) : (
          <span />
        )}
        <Cancel job={job} />
      </Group>
    </Stack>
  );
};

/** It can be taken back where its repository shows it. */
const Waiting = ({ job: { waits_for_job_id, repository_id } }: { readonly job: Job }) => (
  <Stack className="panel" p="lg" gap="sm" aria-label="The sync that waits" component="section">
    <Text fw={650} aria-live="polite">
      Waiting to begin
    </Text>
    <Text size="sm">
      It begins when <Link href={jobPage(waits_for_job_id ?? '')}>the sync before it</Link> has ended.{' '}
      <Link href={repositoryPage(repository_id)}>The repository</Link> shows what waits, and takes it back.
    </Text>
  </Stack>
);

const Fact = ({ name, wide, children }: { name: string; wide?: boolean; children: React.ReactNode }) => (
  <div className={wide ? classes.wide : undefined}>
    <dt className="quiet">{name}</dt>
    <dd className="numbers">{children}</dd>
  </div>
);

const Cancel = ({ job: { job_id: jobId, options } }: { readonly job: Job }) => {
  const cache = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => service.call('cancel-job', { path: { job_id: jobId } }),
    onSuccess: (job) => {
      cache.setQueryData(['job', jobId], job);
      return cache.invalidateQueries();
    },
  });
  return (
    <Confirm
      label="Cancel this sync"
      title="Cancel this sync?"
      action="Cancel it"
      dismiss="Let it run"
      onConfirm={() => cancel.mutateAsync()}
      leftSection={<XIcon />}
      variant="default"
    >
      {sentence(indexWithout({ options }))}.
    </Confirm>
  );
};
