import { describe, expect, it } from 'vitest';
import type { JobRecord, RepositoryRecord } from '../../../core/contract/records.ts';
import { IndexDamagedError, ObjectMissingError } from '../../../core/domain/errors.ts';
import type { IndexFault } from '../../../core/domain/index-fault.ts';
import type { JobPhase } from '../../../core/domain/job-status.ts';
import { manifestLine } from '../../../core/manifest/manifest.ts';
import type { IndexState } from '../../../core/ports/search-index.ts';
import { beginSync } from '../../../core/sync/begin-sync.ts';
import { indexedEntry } from '../../support/manifest-entries.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';
import { aJob, aJobId } from '../../support/sync-records.ts';

const made = { embedder_id: 'e1', dimensions: 4, chunker_version: 'c1', made_by: aJobId(), rows: 10 };
const indexed = (more: Partial<RepositoryRecord> = {}): RepositoryRecord =>
  repositoryRecord({ branches: { main: pointerFor('m') }, generations: { 1: made }, ...more });

interface Setting {
  readonly phase?: JobPhase;
  readonly repository?: RepositoryRecord;
  readonly state?: IndexState;
  readonly objects?: readonly string[];
  readonly noted?: 'kept' | 'lost';
  /** What the index says when it is to delete rows. */
  readonly refusal?: Error;
}

const begin = async (setting: Setting) => {
  const { phase = 'queued', state = { kind: 'whole', rows: 10 }, noted = 'kept' } = setting;
  let repository = setting.repository ?? indexed();
  const did: string[] = [];
  const faults: (readonly [number, IndexFault | null])[] = [];
  const job = { ...aJob(repository.repository_id), fence: 1 };
  const record: JobRecord = { ...job, status: 'running', phase };
  const objects = new Set(setting.objects ?? ['m']);
  const run = beginSync({
    running: {
      begin: async () => record,
      heartbeat: async () => 'kept',
      recordFaults: async (_: unknown, found: ReadonlyMap<number, IndexFault | null>) => {
        if (noted === 'lost') return noted;
        faults.push(...found);
        const generations = Object.fromEntries(
          Object.entries(repository.generations).map(([number, recipe]) => [
            number,
            { ...recipe, fault: found.get(Number(number)) ?? undefined },
          ]),
        );
        repository = { ...repository, generations };
        return noted;
      },
    },
    repositories: { get: async () => repository },
    objects: {
      exists: async (key: string) => objects.has(key),
      size: async (key: string) => (objects.has(key) ? 100 : null),
      putText: async (key: string) => void objects.add(key),
      deleteAll: async (prefix: string) => void did.push(`delete ${prefix}`),
      delete: async (keys: readonly string[]) => void did.push(`delete ${keys.join()}`),
      listSizes: async function* () {},
      getLines: async function* (key: string) {
        if (key === 'm' && !objects.has(key)) throw new ObjectMissingError(key);
        if (key === 'm') yield [manifestLine(indexedEntry('a.ts', 5))];
        if (key === 'm') return;
        yield [`${'0'.repeat(40)}\t3`];
      },
      list: async function* () {},
    },
    index: {
      inspect: async () => {
        did.push('inspect');
        return state;
      },
      delete: async () => {
        if (setting.refusal !== undefined) throw setting.refusal;
        did.push('delete rows');
      },
      drop: async () => void did.push('drop'),
    },
    clock: { now: () => new Date('2026-01-02T00:00:01.000Z'), every: () => () => undefined },
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    settings: { maxConcurrency: 1 },
  } as unknown as Parameters<typeof beginSync>[0]);
  const outcome = run({ repository_id: job.repository_id, job_id: job.job_id, fence: 1 });
  return { outcome: await outcome.then(String, (error: Error) => error.name), did, faults };
};

describe('the first step', () => {
  it('finds nothing wrong with an index that is whole, and notes nothing', async () => {
    expect(await begin({})).toMatchObject({ did: ['inspect'], faults: [] });
  });

  it('notes what is lost before it sweeps, and does not open what is wrong', async () => {
    const leftovers = [{ kind: 'blobs' as const, generation: 1, key: 'garbage' }];
    expect(await begin({ repository: indexed({ leftovers }) })).toMatchObject({
      did: ['inspect', 'delete rows', 'delete garbage'],
    });
    const { did, faults } = await begin({
      repository: indexed({ leftovers }),
      state: { kind: 'damaged', why: 'a file is not there' },
    });
    expect(faults).toEqual([[1, 'index_damaged']]);
    expect(did).toEqual(['inspect', 'delete garbage']);
  });

  it('opens no manifest before it is known which are lost', async () => {
    // Written by an earlier version, or before a branch came: what the blobs are of is not known without the manifest.
    const leftovers = [{ kind: 'blobs' as const, generation: 1, key: 'garbage' }];
    expect(await begin({ objects: [], repository: indexed({ leftovers }) })).toEqual({
      outcome: '[object Object]',
      did: ['inspect', 'delete garbage'],
      faults: [[1, 'manifest_lost']],
    });
  });

  it('fails where rows cannot be deleted, and is superseded by that alone which superseded it', async () => {
    const leftovers = [{ kind: 'blobs' as const, generation: 1, key: 'garbage', checked: ['m'] }];
    const refused = { repository: indexed({ leftovers }), refusal: new IndexDamagedError('a file is not there') };
    expect(await begin(refused)).toEqual({ outcome: 'IndexDamagedError', did: ['inspect'], faults: [] });
    // The manifest is lost, which cannot be noted: this job owns nothing any more.
    expect(await begin({ ...refused, objects: [], noted: 'lost' })).toEqual({
      outcome: 'SyncSupersededError',
      did: ['inspect'],
      faults: [],
    });
  });

  it('notes a lost manifest', async () => {
    expect((await begin({ objects: [] })).faults).toEqual([[1, 'manifest_lost']]);
  });

  it('takes back what was noted when all is there again, and repeats nothing that is noted already', async () => {
    const repository = indexed({ generations: { 1: { ...made, fault: 'index_lost' } } });
    expect((await begin({ repository })).faults).toEqual([[1, null]]);
    expect((await begin({ repository, state: { kind: 'absent' } })).faults).toEqual([]);
  });

  it('sweeps nothing after the diff, though its mark is lost', async () => {
    const { did } = await begin({
      phase: 'embed',
      repository: indexed({ leftovers: [{ kind: 'generation', generation: 2 }] }),
    });
    expect(did).toEqual([]);
    const { did: before } = await begin({
      phase: 'pull',
      repository: indexed({ leftovers: [{ kind: 'generation', generation: 2 }] }),
    });
    expect(before).toContain('drop');
  });

  it('stops when the job is not its own any more', async () => {
    expect(await begin({ state: { kind: 'absent' }, noted: 'lost' })).toMatchObject({
      outcome: 'SyncSupersededError',
      did: ['inspect'],
    });
  });

  it.each(['diff', 'stage', 'embed', 'publish'] as const)(
    'of a job that is resumed in %s neither looks nor sweeps, although its mark is lost',
    async (phase) => {
      const leftovers = [{ kind: 'blobs' as const, generation: 1, key: 'garbage' }];
      const repository = indexed({ leftovers });
      expect(await begin({ phase, repository, state: { kind: 'absent' } })).toMatchObject({ did: [], faults: [] });
    },
  );
});
