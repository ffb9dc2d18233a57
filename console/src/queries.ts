import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Job, Operations, Repository } from '../../client/src/client.ts';
import { bytesOf } from './addresses.ts';
import type { GrepAllFor, GrepFor, SearchAllFor, SearchFor } from './asked.ts';
import { service } from './service.ts';

/** How often what is shown is asked for again: while something runs or the service is away, and else. */
const BUSY = 1_500;
const CALM = 10_000;

/** How long what stays as it is at one commit is taken for current. */
const AT_A_COMMIT = 30_000;

type PageEnd = { readonly next: string | null } | { readonly next_cursor: string | null };
type Cursor = { readonly cursor?: string };
type Options = { readonly signal: AbortSignal };

/** A list in pages, to which `fetchNextPage` adds one. */
const paged = <Page extends PageEnd, const Key extends readonly unknown[]>(
  queryKey: Key,
  ask: (cursor: Cursor, options: Options) => Promise<Page>,
) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: ({ signal, pageParam }) => ask(pageParam === undefined ? {} : { cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page) => ('next' in page ? page.next : page.next_cursor) ?? undefined,
  });

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

/** Asked for again while one of them runs; that there is a new one is seen by its repository, which is asked for in any case. */
export const jobs = (id: string) => ({
  ...paged(['jobs', id], (cursor, options) =>
    service.call('list-jobs', { path: { repo_id: id }, query: { limit: 20, ...cursor } }, options),
  ),
  refetchInterval: ({ state }: Refetched<'list-jobs'>) =>
    state.status === 'error' || state.data?.pages.some((page) => page.jobs.some(({ ended_at }) => ended_at === null))
      ? BUSY
      : (false as const),
});

/** What a list's interval is decided by. */
interface Refetched<N extends keyof Operations> {
  readonly state: { readonly status: string; readonly data: { readonly pages: Operations[N]['answer'][] } | undefined };
}

export type FileOutcome = NonNullable<NonNullable<Operations['list-job-files']['request']['query']>['outcome']>;

export const jobFiles = (jobId: string, outcome: FileOutcome) =>
  paged(['job-files', jobId, outcome], (cursor, options) =>
    service.call('list-job-files', { path: { job_id: jobId }, query: { outcome, limit: 200, ...cursor } }, options),
  );

export const branches = (id: string) => ({
  ...paged(['branches', id], (cursor, options) =>
    service.call('list-branches', { path: { repo_id: id }, query: { limit: 100, ...cursor } }, options),
  ),
  refetchInterval: CALM,
});

export type DeliveryStatus = NonNullable<
  NonNullable<Operations['list-webhook-deliveries']['request']['query']>['status']
>;

export const deliveries = (id: string, status: DeliveryStatus | null) => ({
  ...paged(['deliveries', id, status], (cursor, options) =>
    service.call(
      'list-webhook-deliveries',
      { path: { repo_id: id }, query: { limit: 50, ...(status === null ? {} : { status }), ...cursor } },
      options,
    ),
  ),
  refetchInterval: ({ state }: Refetched<'list-webhook-deliveries'>) =>
    state.data?.pages.some((page) => page.deliveries.some(({ status: now }) => now === 'pending')) ? BUSY : CALM,
});

export const search = (id: string, query: SearchFor, wanted: boolean) =>
  queryOptions({
    queryKey: ['search', id, query],
    queryFn: ({ signal }) => service.call('search', { path: { repo_id: id }, query }, { signal }),
    enabled: wanted && query.q.trim() !== '',
    staleTime: AT_A_COMMIT,
  });

export const searchAll = (query: SearchAllFor, wanted: boolean) =>
  queryOptions({
    queryKey: ['search-all', query],
    queryFn: ({ signal }) => service.call('search-all', { query }, { signal }),
    enabled: wanted && query.q.trim() !== '',
    staleTime: AT_A_COMMIT,
  });

export const grepAll = (query: GrepAllFor, wanted: boolean) => ({
  ...paged(['grep-all', query], (cursor, options) =>
    service.call('grep-all', { query: { ...query, ...cursor } }, options),
  ),
  enabled: wanted && query.pattern !== '',
  staleTime: AT_A_COMMIT,
});

export const grep = (id: string, query: GrepFor, wanted: boolean) => ({
  ...paged(['grep', id, query], (cursor, options) =>
    service.call('grep', { path: { repo_id: id }, query: { ...query, ...cursor } }, options),
  ),
  enabled: wanted && query.pattern !== '',
  staleTime: AT_A_COMMIT,
});

/** A place in a branch: its path, and for a name that is not UTF-8 its bytes, in base64. */
export interface Place {
  readonly path: string;
  readonly bytes: string | null;
  readonly branch: string | undefined;
}

const filePath = (id: string, { path, bytes }: Place) => ({
  repo_id: id,
  file_path: bytes === null ? path : bytesOf(bytes),
});

export const file = (id: string, place: Place, start: number, end: number) =>
  queryOptions({
    queryKey: ['file', id, place, start, end],
    queryFn: ({ signal }) =>
      service.call('read-file', { path: filePath(id, place), query: { branch: place.branch, start, end } }, { signal }),
    staleTime: AT_A_COMMIT,
  });

/** Null where the service has nothing to say of it. */
export const outline = (id: string, place: Place) =>
  queryOptions({
    queryKey: ['outline', id, place],
    queryFn: ({ signal }) =>
      service.call('outline', { path: filePath(id, place), query: { branch: place.branch } }, { signal }),
    staleTime: AT_A_COMMIT,
  });

export const folder = (id: string, { path, bytes, branch }: Place) => ({
  ...paged(['folder', id, path, bytes, branch], (cursor, options) =>
    service.call(
      'list-files',
      {
        path: { repo_id: id },
        query: {
          ...(path === '' ? {} : bytes === null ? { path } : { path_bytes: bytes }),
          branch,
          limit: 200,
          ...cursor,
        },
      },
      options,
    ),
  ),
  staleTime: AT_A_COMMIT,
});
