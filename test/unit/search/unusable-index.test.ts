import { describe, expect, it } from 'vitest';
import { createPathRules } from '../../../adapters/path-rules/path-rules.ts';
import type { RepositoryId, UserId } from '../../../core/contract/ids.ts';
import type { RepositoryRecord } from '../../../core/contract/records.ts';
import {
  GenerationNotFoundError,
  IndexDamagedError,
  ObjectDamagedError,
  ObjectMissingError,
} from '../../../core/domain/errors.ts';
import { manifestLine } from '../../../core/manifest/manifest.ts';
import type { Runtime } from '../../../core/ports/runtime.ts';
import type { IndexState } from '../../../core/ports/search-index.ts';
import { search } from '../../../core/search/search.ts';
import { oidOf } from '../../support/manifest-entries.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';
import { aJobId } from '../../support/sync-records.ts';

const manifest = [
  manifestLine({ path: 'a.ts', mode: '100644', oid: oidOf(1), size: 10, outcome: 'indexed', reason: '', chunks: 1 }),
];
const hit = { blob: oidOf(1), ordinal: 0, startLine: 1, endLine: 2, text: 'text', score: 1 };
const recipe = { embedder_id: 'e1', dimensions: 2, chunker_version: 'c' };

interface Setting {
  readonly repositories?: readonly RepositoryRecord[];
  readonly state?: IndexState;
  readonly query?: () => readonly (typeof hit)[];
  readonly manifests?: Readonly<Record<string, readonly string[]>>;
}

const indexed = (key: string, more: Partial<RepositoryRecord> = {}): RepositoryRecord =>
  repositoryRecord({ branches: { main: pointerFor(key) }, generations: { 1: recipe }, ...more });

const setUp = (setting: Setting) => {
  const looks = [...(setting.repositories ?? [indexed('m')])];
  const current = { ...setting };
  let inspected = 0;
  const find = search({
    repositories: { get: async () => (looks.length > 1 ? looks.shift() : looks[0]) ?? null },
    objects: {
      getLines: async function* (key: string) {
        const lines = (current.manifests ?? { m: manifest })[key];
        if (lines === undefined) throw new ObjectMissingError(key);
        yield lines;
      },
    },
    index: {
      inspect: async () => {
        inspected += 1;
        return current.state ?? { kind: 'whole', rows: 1 };
      },
      query: async () => (current.query ?? (() => [hit]))(),
    },
    embedder: { id: 'e1', dimensions: 2, embed: async () => [new Float32Array([1, 0])] },
    pathRules: createPathRules(),
    clock: { now: () => new Date(0) },
    metrics: { emit: () => undefined },
  } as unknown as Runtime);
  const ask = () => find('shop' as RepositoryId, 'ann' as UserId, { q: 'text', limit: 2 });
  return { ask, current, inspected: () => inspected };
};

const unusable = (fault: string) => ({ kind: 'unusable', fault, branch: 'main', jobId: null });
const found = { kind: 'found', answer: { results: [{ path: 'a.ts' }] } };
const fail = (error: Error) => () => {
  throw error;
};

describe('a search of what is lost', () => {
  it.each([
    ['index_lost', { query: fail(new GenerationNotFoundError('gone')) }],
    ['index_damaged', { query: fail(new IndexDamagedError('torn')) }],
    ['index_lost', { state: { kind: 'absent' } }],
    ['index_damaged', { state: { kind: 'damaged', why: 'a file' } }],
    ['manifest_lost', { manifests: {} }],
    ['manifest_lost', { query: fail(new ObjectDamagedError('cut short')) }],
    ['index_lost', { repositories: [indexed('m', { generations: {} })] }],
    ['index_lost', { repositories: [indexed('m', { generations: { 1: { ...recipe, fault: 'index_lost' } } })] }],
    ['index_damaged', { repositories: [indexed('m', { generations: { 1: { ...recipe, fault: 'index_damaged' } } })] }],
  ] as const)('says %s, and answers with nothing', async (fault, setting) => {
    expect(await setUp(setting).ask()).toEqual(unusable(fault));
  });

  it('names the job that holds the repository', async () => {
    const job_id = aJobId();
    const repositories = [indexed('m', { lock: { job_id, fence: 1 } })];
    expect(await setUp({ repositories, state: { kind: 'absent' } }).ask()).toEqual({
      ...unusable('index_lost'),
      jobId: job_id,
    });
  });

  it('compares index and record once for each publish, and whenever there is no hit', async () => {
    const { ask, current, inspected } = setUp({});
    for (let n = 0; n < 3; n++) expect(await ask()).toMatchObject(found);
    expect(inspected()).toBe(1);
    current.query = () => [];
    expect(await ask()).toMatchObject({ kind: 'found', answer: { results: [] } });
    expect(inspected()).toBe(2);
    current.state = { kind: 'absent' };
    expect(await ask()).toEqual(unusable('index_lost'));
    current.query = () => [hit];
    expect(await ask()).toEqual(unusable('index_lost'));
  });

  it('goes on in the other branches of a generation of which one manifest is lost', async () => {
    const generations = { 1: { ...recipe, fault: 'manifest_lost' as const } };
    expect(await setUp({ repositories: [indexed('m', { generations })] }).ask()).toMatchObject(found);
  });

  it('asks nothing of the index of a branch without chunks', async () => {
    const repositories = [indexed('m', { branches: { main: pointerFor('m', { chunks: 0 }) } })];
    const { ask, inspected } = setUp({ repositories, query: fail(new GenerationNotFoundError('gone')) });
    expect(await ask()).toMatchObject({ kind: 'found', answer: { results: [] } });
    expect(inspected()).toBe(0);
  });

  it('looks again where a publish has replaced what it was about to search', async () => {
    let asked = 0;
    const { ask } = setUp({
      repositories: [indexed('old'), indexed('m')],
      manifests: { old: manifest, m: manifest },
      query: () => {
        asked += 1;
        if (asked === 1) throw new GenerationNotFoundError('dropped');
        return [hit];
      },
    });
    expect(await ask()).toMatchObject(found);
  });

  it('passes on what is no loss', async () => {
    await expect(setUp({ query: fail(new RangeError('other')) }).ask()).rejects.toThrow('other');
  });
});
