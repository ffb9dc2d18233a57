import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Job } from '../../client/src/client.ts';
import * as queries from './queries.ts';
import { filesPerSecond, type Sample } from './rate.ts';
import { service } from './service.ts';

export interface LiveJob {
  readonly job: Job | undefined;
  readonly error: Error | null;
  /** Files a second, over the last ten; null where nothing is known of it. */
  readonly rate: number | null;
}

/** A job as it is now: the service sends each of its states until it has ended. */
export const useLiveJob = (jobId: string): LiveJob => {
  const cache = useQueryClient();
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  // The first state, and what is shown where the stream is cut off.
  const { data: job, error } = useQuery(queries.job(jobId));
  const over = job !== undefined && job.ended_at !== null;
  useEffect(() => {
    if (over) return;
    const left = new AbortController();
    const follow = async (): Promise<void> => {
      for await (const { job: state } of service.follow(jobId, { signal: left.signal })) {
        cache.setQueryData(queries.job(jobId).queryKey, state);
        setSamples((before) => [...before.slice(-60), { at: Date.now(), files: state.progress.files_processed }]);
        if (state.ended_at === null) continue;
        const { repository_id: id } = state;
        for (const key of [['repositories'], ['repository', id], ['jobs', id], ['branches', id], ['deliveries', id]])
          void cache.invalidateQueries({ queryKey: key });
      }
    };
    follow().catch(() => undefined);
    return () => left.abort();
  }, [jobId, over, cache]);
  return { job, error: job === undefined ? error : null, rate: over ? null : filesPerSecond(samples) };
};
