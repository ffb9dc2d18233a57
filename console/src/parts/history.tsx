import { Button, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Job } from '../../../client/src/client.ts';
import { jobPage } from '../addresses.ts';
import * as queries from '../queries.ts';
import { outcomeInWords, timeTaken } from '../sync-words.ts';
import { duration } from '../words.ts';
import classes from './history.module.css';
import { JobStatus } from './status.tsx';
import { Time, useNow } from './time.tsx';
import { TroubleAlert } from './trouble.tsx';

/** A repository's syncs, newest first, each with a bar as long as it took. */
export const History = ({ repositoryId }: { readonly repositoryId: string }) => {
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(queries.jobs(repositoryId));
  const now = useNow(2_000);
  const jobs = data?.pages.flatMap((page) => page.jobs) ?? [];
  const longest = Math.max(1, ...jobs.map((job) => timeTaken(job, now)));
  return (
    <Stack gap="sm" component="section" aria-label="History">
      <Title order={2} size="h4">
        History
      </Title>
      {error !== null && <TroubleAlert error={error} />}
      {data !== undefined && jobs.length === 0 && <Text className="quiet">No sync yet.</Text>}
      {jobs.length > 0 && (
        <ul className={classes.list}>
          {jobs.map((job) => (
            <Entry key={job.job_id} job={job} now={now} share={timeTaken(job, now) / longest} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button variant="default" onClick={() => fetchNextPage()} loading={isFetchingNextPage}>
          Earlier ones
        </Button>
      )}
    </Stack>
  );
};

const Entry = ({ job, now, share }: { readonly job: Job; readonly now: number; readonly share: number }) => (
  <li className={classes.entry}>
    <div className={classes.status}>
      <JobStatus status={job.status} />
    </div>
    <div className={classes.what}>
      <Link href={jobPage(job.job_id)} className={classes.link}>
        {outcomeInWords(job)}
      </Link>
      <Text size="xs" className="quiet">
        <Time at={job.created_at} />, by {job.requested_by}
      </Text>
    </div>
    <div className={classes.time}>
      <Text size="sm" className="numbers">
        {duration(timeTaken(job, now))}
      </Text>
      <svg className={classes.bar} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="4" className={classes.track} />
        <rect width={Math.max(1, share * 100)} height="4" className={classes.took} data-status={job.status} />
      </svg>
    </div>
  </li>
);
