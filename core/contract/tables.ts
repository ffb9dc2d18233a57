/**
 * The shapes of the two DynamoDB tables, as data: the CDK stack, the local table creation and the stores read the same
 * names from here. Every attribute that is not a key is described by the schemas in records.ts.
 */
export interface KeyAttribute {
  readonly name: string;
  /** DynamoDB's attribute type. */
  readonly type: 'S' | 'N';
}

export interface IndexDefinition {
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute;
  readonly projection: 'ALL' | 'KEYS_ONLY';
}

export interface TableDefinition {
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute;
  readonly indexes: readonly IndexDefinition[];
  /** The attribute that holds the time to live, in seconds since 1970; null: nothing expires. */
  readonly ttlAttribute: string | null;
}

const text = (name: string): KeyAttribute => ({ name, type: 'S' });

/**
 * `repositories` holds four kinds of items:
 *
 *     repository_id = repo-123     sk = REPOSITORY   the repository
 *     repository_id = repo-123     sk = GENERATIONS  what was removed under this id: its last generation number
 *     repository_id = user#bob     sk = repo-123     bob owns repo-123, or has a grant on it
 *     repository_id = quota#bob    sk = REPOSITORIES how many repositories bob owns
 *
 * A user's repositories are one item collection: listing them is a strongly consistent query in order of id, where an
 * index would lag behind a create or a revoked grant, and a scan would read everybody's. No repository id contains `#`.
 * Membership items are written in the transaction that creates the repository or changes a grant, and are only a way to
 * find a repository: what a user may do is read from the repository itself.
 *
 * A repository's generations are numbered on where the one that was removed under its id has stopped: no number names two
 * indexes, whatever is left of the first.
 *
 * `sync-jobs` holds, for each job, `JOB`, a `BATCH#n` for each batch in flight and a `RESULT#n` for each one that was
 * folded into the job. One query, sk up to `JOB`, reads the job with its batches in flight. A `QUEUED` says for which
 * repository's follow-up the job's id was promised.
 *
 * It also holds, under partition keys that no job id can be:
 *
 *     job_id = webhooks#repo-123         sk = msg-…          a delivery of an event, by time
 *     job_id = follow-up#repo-123        sk = FOLLOW-UP      the sync that a push asked for, waiting or done
 *     job_id = removal#repo-123#2026-…   sk = REMOVAL        a removed repository, until all that it left is cleared
 *     job_id = push#repo-123#4f2a…       sk = PUSH           what a git host’s delivery was answered, for 24 h
 *     job_id = quota#bob                 sk = TOKENS#2026-…  tokens that bob’s repositories had embedded that day
 *     job_id = IDEMPOTENCY#repo-123#key  sk = IDEMPOTENCY    what a claim under this key was, for 24 h
 *
 * None of them has `repository_id` or `created_at` at its top level: `by-repository` is the history of jobs alone. A
 * repository's deliveries are one item collection, in the order of their ids, which begin with their time.
 *
 * The indexes hold keys only. A job is written about twice a second by its heartbeat: were its attributes projected, each
 * beat would be paid three times. A listing reads the jobs themselves, consistently.
 *
 * - `by-repository` is the history of a repository by time.
 * - `unfinished` is sparse: only jobs that have not ended carry the attribute. It is one of {@link UNFINISHED_SHARDS}
 *   values, so that no partition takes the writes of all claims.
 * - `due` is sparse: only pending deliveries (`due_shard` = `webhook-0` …), waiting follow-ups (`push-0` …) and removals (`removal-0` …) carry its
 *   attributes. `due_at` is when it is due; a lease moves it to the lease's end.
 */
export const tables = {
  repositories: {
    partitionKey: text('repository_id'),
    sortKey: text('sk'),
    indexes: [],
    ttlAttribute: null,
  },
  syncJobs: {
    partitionKey: text('job_id'),
    sortKey: text('sk'),
    indexes: [
      {
        name: 'by-repository',
        partitionKey: text('repository_id'),
        sortKey: text('created_at'),
        projection: 'KEYS_ONLY',
      },
      {
        name: 'unfinished',
        partitionKey: text('unfinished'),
        sortKey: text('created_at'),
        projection: 'KEYS_ONLY',
      },
      { name: 'due', partitionKey: text('due_shard'), sortKey: text('due_at'), projection: 'KEYS_ONLY' },
    ],
    ttlAttribute: 'expires_at',
  },
} as const satisfies Record<string, TableDefinition>;

/** The indexes of `sync-jobs`, by name. */
export const jobIndexes = { byRepository: 'by-repository', unfinished: 'unfinished', due: 'due' } as const;

/** Partition key values of `unfinished`: 8 × 1,000 writes a second are more than any claim rate; 8 queries read them all. */
export const UNFINISHED_SHARDS = 8;

/** Partition key values of `due`, for deliveries and for follow-ups each: 4 × 1,000 writes a second. */
export const DUE_SHARDS = 4;

/** What the tables are called where the service runs. */
export type TableNames = { readonly [Table in keyof typeof tables]: string };
