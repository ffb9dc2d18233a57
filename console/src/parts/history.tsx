import { Badge, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { Job, Repository } from '../../../client/src/client.ts';
import { jobPage } from '../addresses.ts';
import * as queries from '../queries.ts';
import { marksOf, outcomeInWords, timeTaken } from '../sync-words.ts';
import { duration } from '../words.ts';
import classes from './history.module.css';
import { More } from './more.tsx';
import { JobStatus } from './status.tsx';
import { Time, useNow } from './time.tsx';
import { TroubleAlert } from './trouble.tsx';

/** A repository's syncs, newest first, each with a bar as long as it took. */
export const History = ({ repository }: { readonly repository: Repository }) => {
  const { repository_id: id, active_job_id, last_sync } = repository;
  const cache = useQueryClient();
  // What it says is asked for in any case: a sync that has begun or ended is seen there, whoever started it.
  const newest = `${active_job_id} ${last_sync?.job_id}`;
  const [of, setOf] = useState(newest);
  useEffect(() => {
    if (of === newest) return;
    setOf(newest);
    void cache.invalidateQueries({ queryKey: ['jobs', id] });
  }, [of, newest, cache, id]);
  const list = useInfiniteQuery(queries.jobs(id));
  const { data, error } = list;
  // Only what runs grows older.
  const now = useNow(active_job_id === null ? 60_000 : 2_000);
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
        <ul className="rows">
          {jobs.map((job) => (
            <Entry key={job.job_id} job={job} now={now} share={timeTaken(job, now) / longest} />
          ))}
        </ul>
      )}
      <More of={list} label="Earlier ones" />
    </Stack>
  );
};

const Entry = ({ job, now, share }: { readonly job: Job; readonly now: number; readonly share: number }) => (
  <li className={classes.entry}>
    <div className={classes.status}>
      <JobStatus status={job.status} />
      {job.options.dry_run === true && (
        <Badge variant="outline" color="gray">
          Plan
        </Badge>
      )}
    </div>
    <div className={classes.what}>
      <Link href={jobPage(job.job_id)} className={`named ${classes.link}`}>
        {outcomeInWords(job)}
      </Link>
      <Text size="xs" className="quiet">
        <Time at={job.created_at} />, by {job.requested_by}
        {marksOf(job).map((mark) => `, ${mark}`)}
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
