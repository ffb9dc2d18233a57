import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Job, Operations, Repository } from '../../client/src/client.ts';
import type { GrepFor, SearchFor } from './asked.ts';
import { service } from './service.ts';

/** How often what is shown is asked for again: while something runs or the service is away, and else. */
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

export const repository = (id: string) =>
  queryOptions({
    queryKey: ['repository', id],
    queryFn: ({ signal }) => service.call('get-repository', { path: { repo_id: id } }, { signal }),
    refetchInterval: ({ state }) => (state.data?.status === 'syncing' || state.status === 'error' ? BUSY : CALM),
  });

export const job = (id: string) =>
  queryOptions({
    queryKey: ['job', id],
    queryFn: async ({ signal }) => (await service.call('get-job', { path: { job_id: id } }, { signal })) as Job,
    refetchInterval: ({ state }) => (state.data?.ended_at == null || state.status === 'error' ? BUSY : false),
  });

/** A list in pages, to which `fetchNextPage` adds one. */
const next = { initialPageParam: undefined as string | undefined };
const cursorOf = (page: { readonly next: string | null }) => page.next ?? undefined;
const after = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor });

export const jobs = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['jobs', id],
    queryFn: ({ signal, pageParam }) =>
      service.call('list-jobs', { path: { repo_id: id }, query: { limit: 20, ...after(pageParam) } }, { signal }),
    ...next,
    getNextPageParam: cursorOf,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.jobs.some(({ ended_at }) => ended_at === null)) ? BUSY : CALM,
  });

export type FileOutcome = NonNullable<NonNullable<Operations['list-job-files']['request']['query']>['outcome']>;

export const jobFiles = (jobId: string, outcome: FileOutcome) =>
  infiniteQueryOptions({
    queryKey: ['job-files', jobId, outcome],
    queryFn: ({ signal, pageParam }) =>
      service.call(
        'list-job-files',
        { path: { job_id: jobId }, query: { outcome, limit: 200, ...after(pageParam) } },
        { signal },
      ),
    ...next,
    getNextPageParam: cursorOf,
  });

export const branches = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['branches', id],
    queryFn: ({ signal, pageParam }) =>
      service.call('list-branches', { path: { repo_id: id }, query: { limit: 100, ...after(pageParam) } }, { signal }),
    ...next,
    getNextPageParam: cursorOf,
    refetchInterval: CALM,
  });

export type DeliveryStatus = NonNullable<
  NonNullable<Operations['list-webhook-deliveries']['request']['query']>['status']
>;

export const deliveries = (id: string, status: DeliveryStatus | null) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', id, status],
    queryFn: ({ signal, pageParam }) =>
      service.call(
        'list-webhook-deliveries',
        { path: { repo_id: id }, query: { limit: 50, ...(status === null ? {} : { status }), ...after(pageParam) } },
        { signal },
      ),
    ...next,
    getNextPageParam: cursorOf,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.deliveries.some(({ status: now }) => now === 'pending')) ? BUSY : CALM,
  });

export const search = (id: string, query: SearchFor, wanted: boolean) =>
  queryOptions({
    queryKey: ['search', id, query],
    queryFn: ({ signal }) => service.call('search', { path: { repo_id: id }, query }, { signal }),
    enabled: wanted && query.q.trim() !== '',
    staleTime: 30_000,
  });

export const grep = (id: string, query: GrepFor, wanted: boolean) =>
  infiniteQueryOptions({
    queryKey: ['grep', id, query],
    queryFn: ({ signal, pageParam }) =>
      service.call('grep', { path: { repo_id: id }, query: { ...query, ...after(pageParam) } }, { signal }),
    ...next,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled: wanted && query.pattern !== '',
    staleTime: 30_000,
  });

export const file = (id: string, path: string, branch: string | undefined, start: number, end: number) =>
  queryOptions({
    queryKey: ['file', id, path, branch, start, end],
    queryFn: ({ signal }) =>
      service.call('read-file', { path: { repo_id: id, file_path: path }, query: { branch, start, end } }, { signal }),
    staleTime: 30_000,
  });

export const folder = (id: string, path: string, branch: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['folder', id, path, branch],
    queryFn: ({ signal, pageParam }) =>
      service.call(
        'list-files',
        {
          path: { repo_id: id },
          query: { ...(path === '' ? {} : { path }), branch, limit: 200, ...after(pageParam) },
        },
        { signal },
      ),
    ...next,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 30_000,
  });
