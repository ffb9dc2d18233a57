import { beforeEach, describe, expect, it } from 'vitest';
import { RepositoryId, UserId } from '../../../core/contract/ids.ts';
import type { RepositoryRecord } from '../../../core/contract/records.ts';
import { rootText } from '../../../core/manifest/pages/manifest-root.ts';
import { withContents } from '../../../core/repositories/with-contents.ts';
import { MemoryObjectStore } from '../../faults/memory/memory-objects.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';

/** Opening a branch while publishes move it. */

const id = RepositoryId.parse('shop');
const ann = UserId.parse('ann');

let objects: MemoryObjectStore;
/** What each look at the record finds; the last one from then on. */
let looks: readonly (RepositoryRecord | null)[];

const at = (key: string, more: Partial<RepositoryRecord> = {}) =>
  repositoryRecord({ default_branch: 'main', branches: { main: pointerFor(key) }, ...more });

const opened = (branch?: string, use = async (key: string): Promise<unknown> => key) => {
  let looked = 0;
  const repositories = { get: async () => looks[Math.min(looked++, looks.length - 1)] ?? null };
  return withContents({ objects, repositories } as never)(id, ann, branch, async ({ pointer }) => ({
    kind: 'used',
    what: await use(pointer.manifest_key),
  }));
};

beforeEach(async () => {
  objects = new MemoryObjectStore();
  await objects.putText('new', rootText(new Map()));
});

describe('a branch', () => {
  it('is opened as it is', async () => {
    looks = [at('new')];
    expect(await opened()).toEqual({ kind: 'used', what: 'new' });
    expect(await opened('main')).toEqual({ kind: 'used', what: 'new' });
  });

  it('that a publish has moved meanwhile is opened as it is now', async () => {
    looks = [at('old'), at('new')];
    expect(await opened()).toEqual({ kind: 'used', what: 'new' });
  });

  it('whose objects are not there is lost, and the job that holds the repository is named', async () => {
    looks = [at('old')];
    expect(await opened()).toEqual({ kind: 'contents-lost', branch: 'main', jobId: null });
    looks = [at('old', { lock: { job_id: 'sync-1', fence: 2 } as never })];
    expect(await opened()).toEqual({ kind: 'contents-lost', branch: 'main', jobId: 'sync-1' });
    // It moves each time, and what it moves to is not there either.
    looks = [at('old'), at('older'), at('older'), at('oldest')];
    expect(await opened()).toMatchObject({ kind: 'contents-lost' });
    // The repository is removed meanwhile.
    looks = [at('old'), null];
    expect(await opened()).toEqual({ kind: 'not-found' });
  });

  it('that is not indexed is named; another one is not taken in its place', async () => {
    looks = [at('new', { default_branch: 'trunk' })];
    const not = { kind: 'not-indexed', indexed: ['main'] };
    expect(await opened()).toEqual({ ...not, branch: 'trunk', asked: false });
    expect(await opened('topic')).toEqual({ ...not, branch: 'topic', asked: true });
    // The default branch is not known, and one alone is indexed.
    looks = [at('new', { default_branch: null })];
    expect(await opened()).toEqual({ kind: 'used', what: 'new' });
    looks = [at('new', { default_branch: null, branches: { a: pointerFor('new'), b: pointerFor('new') } })];
    expect(await opened()).toEqual({ kind: 'not-indexed', branch: null, asked: false, indexed: ['a', 'b'] });
  });

  it('is not called lost for what else goes wrong', async () => {
    looks = [at('new')];
    const fails = opened('main', async () => {
      throw new RangeError('out of range');
    });
    await expect(fails).rejects.toThrow(RangeError);
  });
});
