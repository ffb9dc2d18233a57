import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileObjectStore } from '../../../adapters/files/object-store.ts';
import type { JobFile } from '../../../core/contract/api.ts';
import type { JobRecord } from '../../../core/contract/records.ts';
import { listJobFiles } from '../../../core/jobs/job-files.ts';
import { ledgerPrefix, ledgersPrefix } from '../../../core/objects/object-keys.ts';
import type { Jobs } from '../../../core/ports/jobs.ts';
import type { ObjectStore } from '../../../core/ports/object-store.ts';
import { LEDGER_PART_LINES, openLedger, sweepLedgers } from '../../../core/sync/ledger.ts';
import type { Pulse } from '../../../core/sync/pulse.ts';
import { aJob, aRepository, aUser } from '../../support/sync-records.ts';

const pulse: Pulse = { signal: new AbortController().signal, check: async () => undefined, end: async () => undefined };
const owner = aUser();
const repository = aRepository({ owner });
let directory: string;
let objects: ObjectStore;
let reads: string[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'test-ledger-'));
  const store = createFileObjectStore(directory);
  reads = [];
  objects = {
    ...store,
    getText: (key) => {
      reads.push(key);
      return store.getText(key);
    },
  };
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const file = (outcome: JobFile['outcome'], n: number): JobFile => ({
  branch: 'main',
  path: `${outcome}-${n}`,
  outcome,
  reason: outcome === 'failed' ? 'no vector' : 'binary',
});

/** A job of the repository with this many lines in its ledger. */
const written = async (day: string, failed: number, skipped: number): Promise<JobRecord> => {
  const job = { ...aJob(repository.repository_id, { created_at: `${day}T12:00:00.000Z` }), fence: 1 };
  const ledger = openLedger({ objects }, ledgerPrefix(job));
  for (let n = 0; n < skipped; n++) await ledger.add(file('skipped', n));
  for (let n = 0; n < failed; n++) await ledger.add(file('failed', n));
  await ledger.close();
  return job;
};

const list = async (job: JobRecord, query: { outcome?: JobFile['outcome']; limit: number; cursor?: string }) => {
  const jobs = { get: async () => ({ job, inFlight: [] }) } as Pick<Jobs, 'get'> as Jobs;
  const repositories = { get: async () => repository } as never;
  const outcome = await listJobFiles({ jobs, repositories, objects, followUps: {} as never })(job.job_id, owner, query);
  if (outcome.kind !== 'found') throw new Error(outcome.kind);
  return outcome.list;
};

describe('a ledger of many files', () => {
  it('is read from its first to its last line, across its parts, once each', async () => {
    const job = await written('2026-01-02', 3, 2 * LEDGER_PART_LINES + 1);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page: Awaited<ReturnType<typeof list>> = await list(job, { limit: 999, ...(cursor ? { cursor } : {}) });
      seen.push(...page.files.map(({ path }) => path));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual([
      ...Array.from({ length: 3 }, (_, n) => `failed-${n}`),
      ...Array.from({ length: 2 * LEDGER_PART_LINES + 1 }, (_, n) => `skipped-${n}`),
    ]);
  });

  it('costs a page no more at its end than at its beginning', async () => {
    const job = await written('2026-01-02', 0, 4 * LEDGER_PART_LINES);
    reads = [];
    await list(job, { outcome: 'skipped', limit: 1000 });
    expect(reads).toHaveLength(1);
    reads = [];
    const last = await list(job, { outcome: 'skipped', limit: 1000, cursor: `skipped.3.${LEDGER_PART_LINES - 1000}` });
    expect(last).toMatchObject({ files: { length: 1000 }, next: null });
    // The part itself, and that there is none behind it.
    expect(reads).toHaveLength(2);
  });

  it('tells by `next` whether there is more, not by an empty page', async () => {
    const job = await written('2026-01-02', 2, 0);
    expect((await list(job, { limit: 2 })).next).toBeNull();
    expect((await list(job, { limit: 1 })).next).not.toBeNull();
  });

  it('is the same when it is written again', async () => {
    const job = await written('2026-01-02', 1, 1);
    const first = await list(job, { limit: 10 });
    const again = openLedger({ objects }, ledgerPrefix(job));
    await again.add(file('skipped', 0));
    await again.add(file('failed', 0));
    await again.close();
    expect(await list(job, { limit: 10 })).toEqual(first);
  });
});

describe('the sweep', () => {
  const days = async (): Promise<string[]> => {
    const prefix = ledgersPrefix(repository.repository_id);
    const found = new Set<string>();
    for await (const key of objects.list(prefix)) found.add(key.slice(prefix.length).split('/')[0] ?? '');
    return [...found];
  };
  const sweep = (now: string) => sweepLedgers({ objects })(repository.repository_id, new Date(now), pulse);

  it('removes ledgers of forgotten jobs, two days at most at a time, and no others', async () => {
    for (const day of ['2026-01-01', '2026-01-02', '2026-01-03', '2026-03-01']) await written(day, 1, 1);
    await sweep('2026-04-30T00:00:00Z');
    expect(await days()).toEqual(['2026-01-03', '2026-03-01']);
    await sweep('2026-04-30T00:00:00Z');
    expect(await days()).toEqual(['2026-03-01']);
  });

  it('keeps a ledger as long as its job: 90 days after its end, which comes within a week', async () => {
    await written('2026-01-01', 1, 0);
    await sweep('2026-04-08T23:59:59Z');
    expect(await days()).toEqual(['2026-01-01']);
    await sweep('2026-04-09T00:00:00Z');
    expect(await days()).toEqual([]);
    await sweep('2026-04-09T00:00:00Z');
  });
});
