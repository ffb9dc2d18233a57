import { describe, expect, it } from 'vitest';
import { describeBlobs } from './blobs.suite.ts';
import { describeCommitCounts } from './commit-counts.suite.ts';
import { describeHeads } from './heads.suite.ts';
import { type Transport, useTransport } from './transport.ts';
import { describeTrees } from './trees.suite.ts';

/** The whole contract of GitSource, run over one transport. */
export const describeGitSource = (transport: Transport): void => {
  describe(`a git source over ${transport.name}`, () => {
    const over = useTransport(transport);
    const { blobsOf, countOf, create, sourceOf, treeOf } = over;

    describeHeads(over);
    describeTrees(over);
    describeCommitCounts(over);
    describeBlobs(over);

    it('reads SHA-256 repositories', async () => {
      const repository = await create({ a: 'a' }, { objectFormat: 'sha256' });
      const first = await repository.head();
      const second = await repository.commit();
      const a = await repository.head('HEAD:a');

      expect((await over.git.heads(sourceOf(repository))).branches.get('main')).toBe(second);
      expect(await treeOf(repository, second)).toEqual([{ path: 'a', mode: '100644', oid: a, size: null }]);
      expect(await countOf(repository, first, second)).toEqual({ count: 1, rewritten: false });
      expect(Buffer.from((await blobsOf(repository, [a]))[0]?.content ?? []).toString()).toBe('a');
    });
  });
};
