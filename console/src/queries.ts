import { queryOptions } from '@tanstack/react-query';
import type { Job, Repository } from '../../client/src/client.ts';
import { service } from './service.ts';

/** How often what is shown is asked for again: what changes by itself, and what does only when someone acts. */
const BUSY = 1_500;
const CALM = 10_000;

export const repositories = () =>
  queryOptions({
    queryKey: ['repositories'],
    queryFn: async ({ signal }) => {
      const all: Repository[] = [];
      for await (const page of service.pages('list-repositories', { query: { limit: 100 } }, { signal }))
        all.push(...page.repositories);
      return all;
    },
    refetchInterval: ({ state }) =>
      state.data?.some(({ status }) => status === 'syncing') || state.status === 'error' ? BUSY : CALM,
  });

export const job = (id: string) =>
  queryOptions({
    queryKey: ['job', id],
    queryFn: async ({ signal }) => (await service.call('get-job', { path: { job_id: id } }, { signal })) as Job,
    refetchInterval: ({ state }) => (state.data?.ended_at == null || state.status === 'error' ? BUSY : false),
  });
