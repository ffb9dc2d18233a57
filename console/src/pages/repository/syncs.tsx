import { Alert, List, Stack, Text } from '@mantine/core';
import { AlertIcon } from '@primer/octicons-react';
import type { Repository } from '../../../../client/src/client.ts';
import { Facts } from '../../parts/facts.tsx';
import { healthReasons } from '../../parts/health.tsx';
import { History } from '../../parts/history.tsx';
import { LiveJob } from '../../parts/live-job.tsx';
import { QueuedSync } from '../../parts/queued-sync.tsx';
import { SyncForm } from '../../parts/sync-form.tsx';
import { Time } from '../../parts/time.tsx';
import { count, plain } from '../../words.ts';
import { RepositoryFrame } from './repository-frame.tsx';

/** How fresh a repository is, its sync that runs, and those before. */
export const Syncs = ({ id }: { readonly id: string }) => (
  <RepositoryFrame id={id} tab="">
    {(repository) => (
      <>
        <Wrong repository={repository} />
        <Stand repository={repository} />
        {repository.role !== 'read' && <SyncForm repository={repository} />}
        {repository.active_job_id !== null && (
          <LiveJob key={repository.active_job_id} jobId={repository.active_job_id} />
        )}
        <QueuedSync repository={repository} />
        <History repository={repository} />
      </>
    )}
  </RepositoryFrame>
);

const Wrong = ({ repository }: { readonly repository: Repository }) => {
  const reasons = healthReasons(repository);
  if (reasons.length === 0 || repository.health === 'never_indexed') return null;
  return (
    <Alert
      color={repository.health === 'failing' ? 'red' : 'yellow'}
      variant="light"
      icon={<AlertIcon />}
      title={reasons.length === 1 ? 'Something is wrong' : 'Some things are wrong'}
    >
      <List size="sm">
        {reasons.map((text) => (
          <List.Item key={text} className="break">
            {text}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
};

/** What the index of the default branch holds. */
const Stand = ({ repository: { index, default_branch, schedule_state } }: { readonly repository: Repository }) => {
  const branch = index.branches.find(({ name }) => name === default_branch) ?? index.branches[0];
  if (branch === undefined)
    return (
      <Stack className="panel" p="lg" gap={4}>
        <Text fw={650}>Nothing is indexed yet</Text>
        <Text className="quiet">The first sync reads the whole of the default branch.</Text>
      </Stack>
    );
  return (
    <Facts
      facts={{
        Holds: `${count(branch.files, 'file')}, ${count(branch.chunks, 'chunk')}`,
        'Other branches': index.branches.length > 1 ? plain(index.branches.length - 1) : null,
        'Next by schedule': schedule_state?.next_run == null ? null : <Time at={schedule_state.next_run} />,
      }}
    />
  );
};
