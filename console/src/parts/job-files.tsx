import { SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Job, JobFile } from '../../../client/src/client.ts';
import * as queries from '../queries.ts';
import { count, sentence, spaced } from '../words.ts';
import classes from './job-files.module.css';
import { More } from './more.tsx';
import { TroubleAlert } from './trouble.tsx';

const outcomes: readonly (readonly [queries.FileOutcome, string])[] = [
  ['failed', 'Failed'],
  ['skipped', 'Left out'],
  ['indexed', 'Other encodings'],
];

/** The files that a job left out or failed at, by reason. */
export const JobFiles = ({ job: { job_id, counts } }: { readonly job: Job }) => {
  const [outcome, setOutcome] = useState<queries.FileOutcome>((counts?.failed ?? 0) > 0 ? 'failed' : 'skipped');
  const list = useInfiniteQuery(queries.jobFiles(job_id, outcome));
  const { data, error } = list;
  const files = data?.pages.flatMap((page) => page.files) ?? [];
  return (
    <Stack gap="sm" component="section">
      <Title order={2} size="h4">
        Files
      </Title>
      <SegmentedControl
        aria-label="Which files"
        className={classes.which}
        value={outcome}
        onChange={(value) => setOutcome(value as queries.FileOutcome)}
        data={outcomes.map(([value, label]) => ({ value, label }))}
      />
      {error !== null && <TroubleAlert error={error} />}
      {data !== undefined && files.length === 0 && (
        <Text className="quiet">{outcome === 'indexed' ? 'All were UTF-8.' : 'None.'}</Text>
      )}
      {[...byReason(files)].map(([reason, some]) => (
        <details key={reason} className="panel fold" open={some.length <= 20}>
          <summary>
            {sentence(spaced(reason))} <span className="quiet numbers">{count(some.length, 'file')}</span>
          </summary>
          <ul className={classes.files}>
            {some.map(({ branch, path, encoding }) => (
              <li key={`${branch}\0${path}`}>
                <span className="mono break">{path}</span>
                {encoding !== undefined && <span className="quiet"> as {encoding}</span>}
              </li>
            ))}
          </ul>
        </details>
      ))}
      <More of={list} label="More files" />
    </Stack>
  );
};

const byReason = (files: readonly JobFile[]): ReadonlyMap<string, readonly JobFile[]> =>
  Map.groupBy(files, ({ reason }) => reason);
