import { Alert, Anchor, Button, List, Loader, Stack, Text, Title } from '@mantine/core';
import { AlertIcon, SyncIcon } from '@primer/octicons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import type { Job as SyncJob } from '../../../client/src/client.ts';
import { jobPage, repositoryPage } from '../addresses.ts';
import { Facts } from '../parts/facts.tsx';
import { JobFiles } from '../parts/job-files.tsx';
import { LiveJob } from '../parts/live-job.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Plan } from '../parts/plan.tsx';
import { Reuse } from '../parts/reuse.tsx';
import { JobStatus } from '../parts/status.tsx';
import { Time, useNow } from '../parts/time.tsx';
import { TroubleAlert } from '../parts/trouble.tsx';
import { service } from '../service.ts';
import { indexWithout, isPlan, modeInWords, outcomeInWords, syncInWords, timeTaken } from '../sync-words.ts';
import { useTitle } from '../title.ts';
import { useLiveJob } from '../use-live-job.ts';
import { count, duration, plain, shortCommit } from '../words.ts';

/** All about one sync: what it was to do, what it did, and what it left out. */
export const Job = ({ id }: { readonly id: string }) => {
  const { job, error } = useLiveJob(id);
  useTitle(job === undefined ? 'A sync' : `Sync of ${job.repository_id}`);
  if (job === undefined)
    return error === null ? <Loader aria-label="Loading the sync" /> : <TroubleAlert error={error} />;
  return (
    <Stack gap="lg">
      <PageHead
        title={job.options.dry_run === true ? 'Plan of a sync' : 'Sync'}
        trail={
          <Anchor component={Link} href={repositoryPage(job.repository_id)} size="sm" className="break">
            {job.repository_id}
          </Anchor>
        }
        badge={<JobStatus status={job.status} />}
      >
        <Text className="quiet break">
          Asked for by {job.requested_by} <Time at={job.created_at} />
        </Text>
      </PageHead>
      {job.ended_at === null ? <LiveJob jobId={id} linked={false} /> : <Outcome job={job} />}
      <Plan job={job} />
      <Stack gap="xs" component="section">
        <Title order={2} size="h4">
          What was asked for
        </Title>
        {syncInWords(job.options, null).map((text) => (
          <Text key={text} size="sm" className="break">
            {text}
          </Text>
        ))}
      </Stack>
      <Branches job={job} />
      {job.counts !== null && <JobFiles job={job} />}
    </Stack>
  );
};

const Outcome = ({ job }: { readonly job: SyncJob }) => {
  const now = useNow(60_000);
  const { counts } = job;
  const facts = {
    Took: duration(timeTaken(job, now)),
    Ended: job.ended_at === null ? null : <Time at={job.ended_at} />,
    Index: modeInWords(job),
    'New commits': job.pulled_commits === null ? null : plain(job.pulled_commits),
    Indexed: counts === null ? null : count(counts.indexed, 'file'),
    'Left out': counts === null ? null : count(counts.skipped, 'file'),
    Failed: counts === null ? null : count(counts.failed, 'file'),
    Unchanged: counts === null ? null : count(counts.unchanged, 'file'),
    Resumed: job.attempt > 1 ? count(job.attempt - 1, 'time') : null,
  };
  return (
    <>
      {job.error !== null ? (
        <Alert color="red" variant="light" icon={<AlertIcon />} title={`It failed: ${indexWithout(job)}`}>
          <Text size="sm" className="break">
            {job.error.message}
          </Text>
        </Alert>
      ) : (
        <Text>{outcomeInWords(job)}</Text>
      )}
      <Facts facts={facts} />
      {counts !== null && <Reuse counts={counts} />}
      {isPlan(job) ? <Start job={job} label="Start this sync" /> : <Again job={job} />}
    </>
  );
};

/** What can be done after it: read again what failed in it or, where nothing of it was published, the same sync once more. */
const Again = ({ job }: { readonly job: SyncJob }) => {
  if (job.status === 'completed_with_errors') return <Retry job={job} />;
  // With the same limits it would be refused again.
  if (job.ended_at === null || job.counts !== null || job.error?.reason === 'over_limit') return null;
  return <Start job={job} label={job.options.dry_run === true ? 'Plan again' : 'Sync again'} />;
};

const Retry = ({ job }: { readonly job: SyncJob }) => {
  const [, go] = useLocation();
  const cache = useQueryClient();
  const retry = useMutation({
    mutationFn: () => service.call('retry-failed', { path: { job_id: job.job_id } }),
    onSuccess: ({ job_id }) => go(jobPage(job_id)),
    onSettled: () => cache.invalidateQueries({ queryKey: ['repository', job.repository_id] }),
  });
  return (
    <Stack gap="sm" align="flex-start">
      <Button leftSection={<SyncIcon />} onClick={() => retry.mutate()} loading={retry.isPending}>
        Try again what failed
      </Button>
      {retry.error !== null && <TroubleAlert error={retry.error} />}
    </Stack>
  );
};

/** Begins what was planned, or what has failed, as it was asked for; it takes no other's place. */
const Start = ({ job, label }: { readonly job: SyncJob; readonly label: string }) => {
  const [, go] = useLocation();
  const cache = useQueryClient();
  const { repository_id: id } = job;
  const { force: _, dry_run, ...options } = job.options;
  const start = useMutation({
    mutationFn: () => service.sync(id, isPlan(job) ? options : { ...options, dry_run }),
    onSuccess: ({ job_id }) => go(jobPage(job_id)),
    onSettled: () => cache.invalidateQueries({ queryKey: ['repository', id] }),
  });
  return (
    <Stack gap="sm" align="flex-start">
      <Button leftSection={<SyncIcon />} onClick={() => start.mutate()} loading={start.isPending}>
        {label}
      </Button>
      {start.error !== null && <TroubleAlert error={start.error} />}
    </Stack>
  );
};

const states: Readonly<Record<SyncJob['branches'][number]['status'], string>> = {
  pending: 'to be published',
  published: 'published',
  not_published: 'not published',
  missing: 'missing',
};

const Branches = ({ job }: { readonly job: SyncJob }) => {
  if (job.branches.length === 0) return null;
  return (
    <Stack gap="xs" component="section">
      <Title order={2} size="h4">
        Branches
      </Title>
      <List size="sm" spacing={4}>
        {job.branches.map(({ name, commit, status, reason }) => {
          const pull = job.pull.find(({ branch }) => branch === name);
          return (
            <List.Item key={name} className="break">
              <strong>{name}</strong>: {states[status]}
              {commit !== null && (
                <>
                  {' '}
                  at <span className="mono">{shortCommit(commit)}</span>
                </>
              )}
              {pull?.from != null && pull.commit_count !== null && pull.commit_count > 0 && (
                <>, {count(pull.commit_count, 'new commit')}</>
              )}
              {pull?.rewritten === true && <>; its history was rewritten</>}
              {reason !== null && <>: {reason}</>}
            </List.Item>
          );
        })}
        {job.dropped_branches.map((name) => (
          <List.Item key={name} className="break">
            <strong>{name}</strong>: dropped, since the source has deleted it
          </List.Item>
        ))}
      </List>
    </Stack>
  );
};
