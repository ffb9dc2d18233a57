import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDbError } from './errors.ts';

/** SQLite's primary result codes for a lock that another connection has. */
const BUSY: ReadonlySet<number> = new Set([5, 6]);
/** A write holds the lock for well under a millisecond, and for as long as the disk takes to sync. The SDK and the stores try again after this. */
const PATIENCE_MILLISECONDS = 500;

/** Waits while another thread writes. Between two tries this thread does other things: SQLite's own wait would stop it. */
export const untilFree = async <T>(attempt: () => T): Promise<T> => {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  for (let pause = 1; ; pause = Math.min(16, pause * 2)) {
    try {
      return attempt();
    } catch (error) {
      if (!BUSY.has(sqliteCode(error) & 0xff)) throw error;
      if (performance.now() > deadline)
        throw new DynamoDbError('ThrottlingException', `the database was busy for ${PATIENCE_MILLISECONDS} ms`);
    }
    await sleep(pause * Math.random());
  }
};

/** The result code of what SQLite refused; 0 for any other error. */
export const sqliteCode = (error: unknown): number => Number((error as { errcode?: unknown }).errcode ?? 0);
