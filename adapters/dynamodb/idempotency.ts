import { z } from 'zod';
import { JobId, type RepositoryId } from '../../core/contract/ids.ts';
import type { RepositoryRecord } from '../../core/contract/records.ts';
import type { TableNames } from '../../core/contract/tables.ts';
import type { Claim, ClaimOutcome } from '../../core/ports/sync-claims.ts';
import type { Item, TransactItem } from './database.ts';
import { type ItemKey, updateOf } from './expression.ts';
import { expiresAt, readJobView } from './job-items.ts';
import { parseStored } from './stored.ts';
import type { JobTables } from './sync-parts.ts';

/** A key is kept for 24 h. */
const KEPT_SECONDS = 86_400;

const idempotencyKey = (tables: TableNames, repository: RepositoryId, key: string): ItemKey => ({
  TableName: tables.syncJobs,
  Key: { job_id: `IDEMPOTENCY#${repository}#${key}`, sk: 'IDEMPOTENCY' },
});

const StoredKey = z.object({
  fingerprint: z.string(),
  /** Absent where the answer led to no claim: it named a job that ran, or one that will come. */
  claimed_job_id: JobId.optional(),
  /** Of the repository that the key was used for: another one of its name has another age. */
  repository_created_at: z.string(),
  answer: z.string().nullable(),
  expires_at: z.int(),
});

/** What the claim's key was used for before; null when it is free, or was used by this very claim. */
export const answeredBefore = async (
  { database, tables }: JobTables,
  claim: Claim,
  seen: RepositoryRecord,
): Promise<Extract<ClaimOutcome, { kind: 'replayed' | 'key-conflict' }> | null> => {
  if (claim.idempotency === undefined) return null;
  const { job_id, created_at } = claim.job;
  const item = await database.get(idempotencyKey(tables, seen.repository_id, claim.idempotency.key));
  if (item === null) return null;
  const stored = parseStored(StoredKey, item, `idempotency key of ${seen.repository_id}`);
  // DynamoDB deletes expired items when it comes by.
  if (stored.expires_at <= secondsOf(created_at) || stored.repository_created_at !== seen.created_at) return null;
  if (stored.claimed_job_id === job_id) return null;
  if (stored.fingerprint !== claim.idempotency.fingerprint) return { kind: 'key-conflict' };
  const { answer } = stored;
  if (stored.claimed_job_id === undefined) return answer === null ? null : { kind: 'replayed', job: null, answer };
  const job = await readJobView(database, tables, stored.claimed_job_id);
  // A job outlives its key by far; one that was removed by hand leaves nothing to repeat.
  if (job === null) return null;
  return answer === null ? { kind: 'replayed', job, answer } : { kind: 'replayed', job, answer };
};

/**
 * Takes the key, in the claim's transaction, if it is free, or if an earlier claim's use of it has expired. It needs no condition of its
 * own: every claim of a repository raises the fence that the transaction holds on, so no claim has taken the key since
 * {@link answeredBefore} looked.
 */
export const idempotencyItems = (tables: TableNames, claim: Claim, seen: RepositoryRecord): readonly TransactItem[] => {
  if (claim.idempotency === undefined) return [];
  const { key, fingerprint } = claim.idempotency;
  const { job_id, created_at } = claim.job;
  const { TableName, Key } = idempotencyKey(tables, seen.repository_id, key);
  const record: z.input<typeof StoredKey> = {
    fingerprint,
    claimed_job_id: job_id,
    repository_created_at: seen.created_at,
    answer: null,
    expires_at: expiresAt(new Date(created_at), KEPT_SECONDS),
  };
  const Item: Item = { ...Key, ...record };
  return [{ Put: { TableName, Item } }];
};

/**
 * Keeps the answer to a request that led to no claim, where the key is free or its use has expired. Nothing depends on it: a
 * repetition that comes before it is done once more.
 */
export const keepAnswer = async (
  { database, tables }: JobTables,
  { repository_id, created_at }: Pick<RepositoryRecord, 'repository_id' | 'created_at'>,
  { key, fingerprint }: NonNullable<Claim['idempotency']>,
  answer: string,
  at: Date,
): Promise<void> => {
  await database.update(
    updateOf(idempotencyKey(tables, repository_id, key), (e) => ({
      set: { fingerprint, repository_created_at: created_at, answer, expires_at: expiresAt(at, KEPT_SECONDS) },
      when: [`(${e.absent('job_id')} OR ${e.path('expires_at')} <= ${e.value(expiresAt(at, 0))})`],
    })),
  );
};

/** Keeps the answer with its key; a key that is gone needs none. */
export const rememberAnswer = async (
  { database, tables }: JobTables,
  repository: RepositoryId,
  key: string,
  answer: string,
): Promise<void> => {
  await database.update(
    updateOf(idempotencyKey(tables, repository, key), (e) => ({ set: { answer }, when: [e.exists('job_id')] })),
  );
};

const secondsOf = (at: string): number => expiresAt(new Date(at), 0);
