import { describe, expect, it } from 'vitest';
import { SourceUnusableError } from '../../../core/domain/errors.ts';
import { useSourceLab } from './source-lab.ts';

const lab = useSourceLab();
const { gitSource, processesHere, serve, treeOf } = lab;

describe('limits', () => {
  const url = () => lab.repository.path;

  it.each([
    ['entries', { treeEntries: 1 }],
    ['path bytes', { pathBytes: 8 }],
    ['path depth', { pathDepth: 1 }],
    ['listing bytes', { listingBytes: 60 }],
  ])('end a listing: %s', async (_name, limits) => {
    await expect(treeOf(gitSource({ limits }), url())).rejects.toThrow(SourceUnusableError);
  });

  it('end a listing of references', async () => {
    await expect(gitSource({ limits: { refBytes: 20 } }).heads({ url: url() })).rejects.toThrow(SourceUnusableError);
  });

  it('end a fetch', async () => {
    const { url: remote } = await serve();

    await expect(treeOf(gitSource({ limits: { packBytes: 10 } }), remote)).rejects.toThrow(SourceUnusableError);
  });

  it('end a tree of a billion files early', async () => {
    // Nine levels of ten equal subtrees: a few hundred bytes of pack.
    let oid = await lab.repository.git('hash-object', '-w', 'a.txt');
    let type = 'blob';
    for (let level = 0; level < 9; level++) {
      const mode = type === 'blob' ? '100644' : '040000';
      const lines = Array.from({ length: 10 }, (_, n) => `${mode} ${type} ${oid}\t${n}\n`).join('');
      oid = await lab.repository.gitWithInput(lines, 'mktree');
      type = 'tree';
    }
    await lab.repository.git(
      'update-ref',
      'refs/heads/main',
      await lab.repository.git('commit-tree', '-m', 'bomb', oid),
    );

    await expect(treeOf(gitSource({ limits: { treeEntries: 1_000 } }), url())).rejects.toThrow('more files than 1000');
    expect(await processesHere()).toEqual([]);
  });

  it.each([
    ['a deepest look', {}, { countDepth: 16 }],
    ['a deepest look without filters', { protocolVersion: 0, filters: false } as const, { countDepthUnfiltered: 16 }],
  ])('end the counting of commits, without a made-up number: %s', async (_name, server, limits) => {
    const first = await lab.repository.head();
    for (let n = 0; n < 17; n++) await lab.repository.commit();
    const commit = await lab.repository.head();
    const { url: address } = await serve(server);

    const snapshot = await gitSource({ limits }).open({ url: address }, [{ branch: 'main', commit }]);
    const counted = await snapshot.countCommits(first, commit);
    await snapshot.close();

    expect(counted).toEqual({ count: null, rewritten: false });
  });
});
