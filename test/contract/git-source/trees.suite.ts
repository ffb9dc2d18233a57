import { describe, expect, it } from 'vitest';
import { BranchNotFoundError, SourceUnavailableError } from '../../../core/domain/errors.ts';
import { collect } from '../../support/collect.ts';
import type { OverTransport } from './transport.ts';

/** What is read of the trees of opened commits. */
export const describeTrees = (over: OverTransport): void => {
  const { create, createRewritten, sourceOf, treeOf } = over;

  describe('open', () => {
    it('lists the whole tree in tree order, with names that are bytes, links and submodules', async () => {
      const repository = await create({
        'b/c.txt': 'c',
        'b.txt': 'b',
        'new\nline': '1',
        'quo"te': '2',
        '"quoted': '3',
        größe: '4',
      });
      await repository.link('link', 'b.txt');
      const blob = await repository.git('hash-object', '-w', 'b.txt');
      await repository.git('add', '--all');
      const latin = Buffer.concat([Buffer.from(`100755 ${blob}\tgr`), Buffer.from([0xf6]), Buffer.from('ße.sh\0')]);
      await repository.gitWithInput(latin, 'update-index', '-z', '--index-info');
      await repository.git('update-index', '--add', '--cacheinfo', `160000,${await repository.head()},vendor/module`);
      await repository.git('commit', '--quiet', '-m', 'bytes');

      const tree = await treeOf(repository, await repository.head());

      const expected = (await repository.git('ls-tree', '-r', '-z', 'HEAD')).split('\0').slice(0, -1);
      expect(tree.map(({ mode, oid }) => `${mode} ${oid}`)).toEqual(
        expected.map((line) => line.replace(/^(\d+) \w+ (\w+)\t.*$/s, '$1 $2')),
      );
      expect(tree.map(({ path }) => path)).toEqual([
        '"\\"quoted"',
        'b.txt',
        'b/c.txt',
        'größe',
        '"gr\\366\\303\\237e.sh"',
        'link',
        '"new\\nline"',
        'quo"te',
        'vendor/module',
      ]);
      expect(tree.map(({ mode }) => mode)).toContain('120000');
      expect(tree.map(({ mode }) => mode)).toContain('160000');
      expect(tree.every(({ size }) => size === null)).toBe(true);
    });

    it('opens several branches at once', async () => {
      const repository = await create({ a: 'a' });
      const main = await repository.head();
      await repository.branch('other');
      await repository.write({ b: 'b' });
      const other = await repository.commit();

      const snapshot = await over.git.open(sourceOf(repository), [
        { branch: 'main', commit: main },
        { branch: 'other', commit: other },
      ]);
      const [ofMain, ofOther] = [
        (await collect(snapshot.tree(main))).flat(),
        (await collect(snapshot.tree(other))).flat(),
      ];
      await snapshot.close();

      expect(ofMain.map(({ path }) => path)).toEqual(['a']);
      expect(ofOther.map(({ path }) => path)).toEqual(['a', 'b']);
    });

    it('opens a commit with an empty tree', async () => {
      const repository = await create({ a: 'a' });
      await repository.remove('a');

      expect(await treeOf(repository, await repository.commit())).toEqual([]);
    });

    it.skipIf(!over.anyObject)(
      'reads the commit it was asked for when the branch has moved on or was rewritten',
      async () => {
        const { repository, old } = await createRewritten();

        expect((await treeOf(repository, old)).map(({ path }) => path)).toEqual(['a', 'b']);
      },
    );

    it('asks to try again when the branch has moved and its old commit is gone', async () => {
      const repository = await create({ a: 'a' });
      const gone = 'f'.repeat(40);

      await expect(treeOf(repository, gone)).rejects.toThrow(SourceUnavailableError);
    });

    it('says so when a branch is gone', async () => {
      const repository = await create({ a: 'a' });

      await expect(treeOf(repository, await repository.head(), 'gone')).rejects.toThrow(BranchNotFoundError);
    });
  });
};
