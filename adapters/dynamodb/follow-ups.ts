import { z } from 'zod';
import { JobId, RepositoryId, UserId } from '../../core/contract/ids.ts';
import type { RepositoryRecord } from '../../core/contract/records.ts';
import type { TableNames } from '../../core/contract/tables.ts';
import { StoreBusyError } from '../../core/domain/errors.ts';
import type { FollowUp, FollowUps, Queued } from '../../core/ports/follow-ups.ts';
import { Database, type DatabaseOptions, type Item, TRIES } from './database.ts';
import { dueKeys, dueShard } from './due.ts';
import { type Expression, type ItemKey, updateOf } from './expression.ts';
import { expiresAt } from './job-items.ts';
import { parseStored } from './stored.ts';

/** What is left of a settled follow-up stays for 30 days, longer than any caller keeps what it has read of it. */
const RETENTION_SECONDS = 30 * 86_400;
const PREFIX = 'follow-up#';

const followUpKey = (tables: TableNames, repository: RepositoryId): ItemKey => ({
  TableName: tables.syncJobs,
  Key: { job_id: `${PREFIX}${repository}`, sk: 'FOLLOW-UP' },
});

/** Which repository's follow-up a job was promised for: a caller is given a job’s id and nothing else. The first to ask gives the id, so others' stay without use. */
const promiseKey = (tables: TableNames, job: JobId): ItemKey => ({
  TableName: tables.syncJobs,
  Key: { job_id: job, sk: 'QUEUED' },
});

const StoredPromise = z.object({ of_repository: RepositoryId, asked_at: z.iso.datetime() });

const StoredFollowUp = z.object({
  version: z.int().min(1),
  branches: z.set(z.string()).default(new Set()),
  registered: z.string().nullable().default(null),
  /** The newest push or schedule. */
  requested_by: z.string().optional(),
  /** What users ask for; absent where none does. */
  queued_by: UserId.optional(),
  queued_job_id: JobId.optional(),
  full_reindex: z.boolean().default(false),
  smart: z.boolean().default(false),
});

/** What users' requests set. */
const USERS = ['queued_by', 'queued_job_id', 'full_reindex', 'smart'] as const;
/** All that a request sets and a settled follow-up has not any more. */
const REQUESTED = ['requested_by', ...USERS, 'branches'] as const;

/**
 * Follow-ups in the table of jobs, one item a repository. What is settled leaves its version behind: were the item
 * deleted, the next request would be the first again, and who had read the old one would settle it unseen.
 */
export const createDynamoFollowUps = (
  options: DatabaseOptions & { readonly tables: TableNames; readonly now?: (() => Date) | undefined },
): FollowUps => {
  const { tables, now: clock = () => new Date() } = options;
  const database = new Database(options);
  const get = async (repository: RepositoryId): Promise<FollowUp | null> => {
    const item = await database.get(followUpKey(tables, repository));
    return item === null || item.due_shard === undefined ? null : parseFollowUp(item);
  };
  return {
    get,

    async request(repository, branches, by, at) {
      // Before the follow-up names it: an id that is given to anyone can be asked for.
      if (typeof by !== 'string') await database.update(promised(tables, repository.repository_id, by.jobId, at));
      for (let attempt = 0; attempt < TRIES; attempt++) {
        for (const write of [joinedFollowUp, replacedFollowUp]) {
          const outcome = await database.change(write(tables, { repository, branches, by, at }));
          if ('written' in outcome) return parseFollowUp(outcome.written);
        }
      }
      throw new StoreBusyError(
        `the follow-up of ${repository.repository_id} changed ${TRIES} times while a request was recorded`,
      );
    },

    async queuedAs(job) {
      const item = await database.get(promiseKey(tables, job));
      if (item === null) return null;
      const { of_repository, asked_at } = parseStored(StoredPromise, item, `promise of ${job}`);
      const followUp = await get(of_repository);
      return followUp?.queued?.jobId === job ? { followUp, askedAt: new Date(asked_at) } : null;
    },

    async due(now, limit) {
      const keys = await dueKeys(database, tables, 'push', now, limit);
      const items = await Promise.all(keys.slice(0, limit).map((key) => database.get(key)));
      return items.filter((item) => item !== null && isOwed(item, now)).map((item) => parseFollowUp(item as Item));
    },

    async postpone({ repositoryId, version }, until) {
      await database.update(
        updateOf(followUpKey(tables, repositoryId), (e) => ({
          set: { due_at: until.toISOString() },
          when: [e.exists('due_shard'), e.equals(['version'], version)],
        })),
      );
    },

    async takeBack(followUp) {
      const write =
        followUp.trigger === 'api' ? settledFollowUp(tables, followUp, clock()) : unqueued(tables, followUp);
      return (await database.update(write)) === null ? 'taken-back' : 'changed';
    },

    async drop(followUp) {
      await database.update(settledFollowUp(tables, followUp, clock()));
    },
  };
};

const promised = (tables: TableNames, repository: RepositoryId, job: JobId, at: Date) =>
  updateOf(promiseKey(tables, job), () => ({
    set: { of_repository: repository, asked_at: at.toISOString(), expires_at: expiresAt(at, RETENTION_SECONDS) },
    when: [],
  }));

export interface Requested {
  readonly repository: Pick<RepositoryRecord, 'repository_id' | 'created_at'>;
  readonly branches: readonly string[];
  readonly by: string | Queued;
  readonly at: Date;
}

const requested = ({ repository, by, at }: Requested) => ({
  ...(typeof by === 'string' ? { requested_by: by } : { queued_by: by.by }),
  // A request that wants none of these leaves it to the others.
  ...(typeof by === 'string' || !by.fullReindex ? {} : { full_reindex: true }),
  ...(typeof by === 'string' || !by.smart ? {} : { smart: true }),
  registered: repository.created_at,
  due_shard: dueShard('push', repository.repository_id),
  due_at: at.toISOString(),
});

/** DynamoDB knows no empty sets. */
const asSet = (branches: readonly string[]) => (branches.length === 0 ? {} : { branches: new Set(branches) });

/** Each of those who wait together has been told of one job. */
const firstJobId = (e: Expression, { by }: Requested) =>
  typeof by === 'string'
    ? {}
    : { assign: [`${e.path('queued_job_id')} = if_not_exists(${e.path('queued_job_id')}, ${e.value(by.jobId)})`] };

/** The write that has a sync wait. A set is added to the branches that are waiting already, without reading them. */
const joinedFollowUp = (tables: TableNames, request: Requested) =>
  updateOf(followUpKey(tables, request.repository.repository_id), (e) => ({
    set: requested(request),
    ...firstJobId(e, request),
    add: { version: 1, ...asSet(request.branches) },
    remove: [e.path('expires_at')],
    when: [
      `(${[e.absent('due_shard'), e.absent('registered'), e.equals(['registered'], request.repository.created_at)].join(' OR ')})`,
    ],
  }));

/** The same for a transaction that holds only while the repository is the one that was read. */
export const owedFollowUp = (tables: TableNames, request: Requested) =>
  updateOf(followUpKey(tables, request.repository.repository_id), (e) => ({
    set: requested(request),
    add: { version: 1, ...asSet(request.branches) },
    remove: [e.path('expires_at')],
    when: [],
  }));

/** Brings a repository's follow-up forward: it was busy, and is not any more. */
export const wokenFollowUp = (tables: TableNames, repository: RepositoryId, at: Date) =>
  updateOf(followUpKey(tables, repository), (e) => ({
    set: { due_at: at.toISOString() },
    when: [e.exists('due_shard'), `${e.path('due_at')} > ${e.value(at.toISOString())}`],
  }));

/** The same where what is waiting is of an earlier repository of that id. */
const replacedFollowUp = (tables: TableNames, request: Requested) =>
  updateOf(followUpKey(tables, request.repository.repository_id), (e) => ({
    ...replaced(e, {
      ...requested(request),
      ...asSet(request.branches),
      ...(typeof request.by === 'string' ? {} : { queued_job_id: request.by.jobId }),
    }),
    add: { version: 1 },
    when: [e.exists('due_shard'), `${e.path('registered')} <> ${e.value(request.repository.created_at)}`],
  }));

const replaced = (e: Expression, set: Readonly<Record<string, unknown>>) => ({
  set,
  remove: [...REQUESTED.filter((name) => !Object.hasOwn(set, name)), 'expires_at'].map((name) => e.path(name)),
});

/** The write that settles a follow-up, if it is still the one that was read. */
export const settledFollowUp = (tables: TableNames, { repositoryId, version }: FollowUp, at: Date) =>
  updateOf(followUpKey(tables, repositoryId), (e) => ({
    set: { expires_at: expiresAt(at, RETENTION_SECONDS) },
    remove: ['due_shard', 'due_at', 'registered', ...REQUESTED].map((name) => e.path(name)),
    when: [e.exists('due_shard'), e.equals(['version'], version)],
  }));

/** Leaves what a push or a schedule asked for, as another version: who has read this one would do what is taken back. */
const unqueued = (tables: TableNames, { repositoryId, version }: FollowUp) =>
  updateOf(followUpKey(tables, repositoryId), (e) => ({
    add: { version: 1 },
    remove: USERS.map((name) => e.path(name)),
    when: [e.exists('due_shard'), e.equals(['version'], version)],
  }));

const isOwed = (item: Item, now: Date): boolean => typeof item.due_at === 'string' && item.due_at <= now.toISOString();

const parseFollowUp = (item: Item): FollowUp => {
  const stored = parseStored(StoredFollowUp, item, String(item.job_id));
  const { version, registered, branches, requested_by, queued_by, queued_job_id, full_reindex, smart } = stored;
  const repositoryId = parseStored(RepositoryId, String(item.job_id).slice(PREFIX.length), 'key of a follow-up');
  const queued =
    queued_by === undefined || queued_job_id === undefined
      ? null
      : { by: queued_by, jobId: queued_job_id, fullReindex: full_reindex, smart };
  return {
    repositoryId,
    registered,
    version,
    branches: [...branches].sort(),
    // One of the two has asked.
    requestedBy: requested_by ?? queued_by ?? '',
    trigger: requested_by === undefined ? 'api' : requested_by === 'schedule' ? 'schedule' : 'push',
    queued,
  };
};
