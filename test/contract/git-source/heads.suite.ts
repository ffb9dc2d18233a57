import { describe, expect, it } from 'vitest';
import { SourceNotFoundError, SourceUnavailableError } from '../../../core/domain/errors.ts';
import type { OverTransport } from './transport.ts';

/** What a source tells of its branches. */
export const describeHeads = (over: OverTransport): void => {
  const { changesOf, create, sourceOf, treeOf } = over;

  describe('heads', () => {
    it('tells what changed in the tree, or that it cannot tell without the whole', async () => {
      const repository = await create({ 'a.ts': 'one', 'b.ts': 'two' });
      const before = await repository.head();
      await repository.write({ 'a.ts': 'three' });
      const after = await repository.commit();
      const [changed] = (await treeOf(repository, after)).filter(({ path }) => path === 'a.ts');
      const told = await changesOf(repository, before, after).catch((error: unknown) => error);

      if (told instanceof SourceUnavailableError) expect(told.message).toContain('it does not tell what has changed');
      else expect([null, [{ path: 'a.ts', entry: changed }]]).toContainEqual(told);
    });

    it('names every branch, its commit and the default branch', async () => {
      const repository = await create({ 'a.txt': 'a' });
      const first = await repository.head();
      await repository.branch('feature/größe');
      const second = await repository.commit();
      await repository.git('tag', 'v1');
      await repository.switch('main');

      const heads = await over.git.heads(sourceOf(repository));

      expect(heads.defaultBranch).toBe('main');
      expect([...heads.branches]).toEqual([
        ['feature/größe', second],
        ['main', first],
      ]);
    });

    it('tells an empty repository from one that is not there', async () => {
      const repository = await create();
      const source = sourceOf(repository);

      expect(await over.git.heads(source)).toEqual({ defaultBranch: null, branches: new Map() });
      await expect(over.git.heads({ url: `${source.url}-not` })).rejects.toThrow(SourceNotFoundError);
    });

    it('has no default branch when HEAD is unborn or detached', async () => {
      const repository = await create({ a: 'a' });
      await repository.git('symbolic-ref', 'HEAD', 'refs/heads/unborn');
      const unborn = await over.git.heads(sourceOf(repository));
      await repository.git('checkout', '--quiet', '--detach', 'main');
      const detached = await over.git.heads(sourceOf(repository));

      expect(unborn.defaultBranch).toBeNull();
      expect([...unborn.branches.keys()]).toEqual(['main']);
      expect(detached.defaultBranch).toBeNull();
    });
  });
};
