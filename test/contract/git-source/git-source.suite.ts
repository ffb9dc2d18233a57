import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createNativeGitSource } from '../../../adapters/git/native-git-source.ts';
import {
  BranchNotFoundError,
  SourceNotFoundError,
  SourceUnavailableError,
  SourceUnusableError,
} from '../../../core/domain/errors.ts';
import type { TreeEntry } from '../../../core/manifest/manifest.ts';
import type { Blob, GitSource, Source } from '../../../core/ports/git-source.ts';
import { collect } from '../../support/collect.ts';
import { createGitRepository, type GitRepository } from '../../support/git-repository.ts';
import { type SmartHttpServer, startSmartHttpServer } from '../../support/smart-http-server.ts';

export interface Transport {
  readonly name: string;
  readonly server?: Omit<Parameters<typeof startSmartHttpServer>[0], 'root'>;
  /** Whether single objects can be had, and not only what a branch leads to. */
  readonly anyObject: boolean;
}

/** The whole contract of GitSource, run over one transport. */
export const describeGitSource = ({ name, server: serverOptions, anyObject }: Transport): void => {
  describe(`a git source over ${name}`, () => {
    let server: SmartHttpServer | undefined;
    let tempRoot: string;
    let git: GitSource;
    const repositories: GitRepository[] = [];

    beforeAll(async () => {
      tempRoot = await mkdtemp(join(tmpdir(), 'test-source-'));
      if (serverOptions !== undefined) server = await startSmartHttpServer({ ...serverOptions, root: tmpdir() });
      git = createNativeGitSource({ policy: 'local', tempRoot });
    });
    afterAll(async () => {
      await server?.close();
      await rm(tempRoot, { recursive: true });
    });
    afterEach(async () => {
      expect(await readdir(tempRoot), 'temporary directories left over').toEqual([]);
      for (const repository of repositories.splice(0)) await repository.cleanup();
    });

    const create = async (...args: Parameters<typeof createGitRepository>): Promise<GitRepository> => {
      const repository = await createGitRepository(...args);
      repositories.push(repository);
      return repository;
    };
    const sourceOf = ({ path }: GitRepository): Source => {
      if (server !== undefined) return { url: `${server.url}/${path.slice(dirname(path).length + 1)}/.git` };
      return { url: path };
    };
    const treeOf = async (repository: GitRepository, commit: string, branch = 'main'): Promise<TreeEntry[]> => {
      const snapshot = await git.open(sourceOf(repository), [{ branch, commit }]);
      try {
        return (await collect(snapshot.tree(commit))).flat();
      } finally {
        await snapshot.close();
      }
    };
    const changesOf = async (repository: GitRepository, from: string, to: string) => {
      const snapshot = await git.open(sourceOf(repository), [{ branch: 'main', commit: to }]);
      try {
        const changes = snapshot.changes(from, to);
        return changes === null ? null : (await collect(changes)).flat();
      } finally {
        await snapshot.close();
      }
    };
    const blobsOf = async (repository: GitRepository, oids: readonly string[], maxBytes = 1 << 20): Promise<Blob[]> =>
      collect(git.blobs(sourceOf(repository), [await repository.head()], oids, { maxBytes }));
    const count = async (repository: GitRepository, from: string, to: string) => {
      const snapshot = await git.open(sourceOf(repository), [{ branch: 'main', commit: to }]);
      try {
        return await snapshot.countCommits(from, to);
      } finally {
        await snapshot.close();
      }
    };

    describe('heads', () => {
      it('tells what changed in the tree, or that it cannot tell without the whole', async () => {
        const repository = await create({ 'a.ts': 'one', 'b.ts': 'two' });
        const before = await repository.head();
        await repository.write({ 'a.ts': 'three' });
        const after = await repository.commit();
        const [changed] = (await treeOf(repository, after)).filter(({ path }) => path === 'a.ts');
        expect([null, [{ path: 'a.ts', entry: changed }]]).toContainEqual(await changesOf(repository, before, after));
      });

      it('names every branch, its commit and the default branch', async () => {
        const repository = await create({ 'a.txt': 'a' });
        const first = await repository.head();
        await repository.branch('feature/größe');
        const second = await repository.commit();
        await repository.git('tag', 'v1');
        await repository.switch('main');

        const heads = await git.heads(sourceOf(repository));

        expect(heads.defaultBranch).toBe('main');
        expect([...heads.branches]).toEqual([
          ['feature/größe', second],
          ['main', first],
        ]);
      });

      it('tells an empty repository from one that is not there', async () => {
        const repository = await create();
        const source = sourceOf(repository);

        expect(await git.heads(source)).toEqual({ defaultBranch: null, branches: new Map() });
        await expect(git.heads({ url: `${source.url}-not` })).rejects.toThrow(SourceNotFoundError);
      });

      it('has no default branch when HEAD is unborn or detached', async () => {
        const repository = await create({ a: 'a' });
        await repository.git('symbolic-ref', 'HEAD', 'refs/heads/unborn');
        const unborn = await git.heads(sourceOf(repository));
        await repository.git('checkout', '--quiet', '--detach', 'main');
        const detached = await git.heads(sourceOf(repository));

        expect(unborn.defaultBranch).toBeNull();
        expect([...unborn.branches.keys()]).toEqual(['main']);
        expect(detached.defaultBranch).toBeNull();
      });
    });

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

        const snapshot = await git.open(sourceOf(repository), [
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

      it.skipIf(!anyObject)(
        'reads the commit it was asked for when the branch has moved on or was rewritten',
        async () => {
          const repository = await create({ a: 'a' });
          await repository.write({ b: 'b' });
          const old = await repository.commit();
          await repository.git('reset', '--quiet', '--hard', 'HEAD~1');
          await repository.write({ c: 'c' });
          await repository.commit();

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

    describe('countCommits', () => {
      it('counts none and one', async () => {
        const repository = await create({ a: 'a' });
        const first = await repository.head();
        const second = await repository.commit();

        expect(await count(repository, second, second)).toEqual({ count: 0, rewritten: false });
        expect(await count(repository, first, second)).toEqual({ count: 1, rewritten: false });
      });

      it('counts further than the first look goes', async () => {
        const repository = await create({ a: 'a' });
        const first = await repository.head();
        await repository.gitWithInput(history('refs/heads/main', first, 100), 'fast-import', '--quiet');

        expect(await count(repository, first, await repository.head('main'))).toEqual({ count: 100, rewritten: false });
      });

      it('counts a merged side branch that began long ago as git itself does', async () => {
        const repository = await create({ a: 'a' });
        const root = await repository.head();
        await repository.gitWithInput(history('refs/heads/main', root, 90), 'fast-import', '--quiet');
        await repository.gitWithInput(history('refs/heads/side', root, 3, 'g'), 'fast-import', '--quiet');
        const old = await repository.head('main');
        await repository.git('checkout', '--quiet', '--force', 'main');
        const merged = await repository.merge('side');

        expect(await repository.git('rev-list', '--count', `${old}..${merged}`)).toBe('4');
        expect(await count(repository, old, merged)).toEqual({ count: 4, rewritten: false });
      });

      it('tells a rewritten branch', async () => {
        const repository = await create({ a: 'a' });
        await repository.write({ b: 'b' });
        const old = await repository.commit();
        await repository.git('reset', '--quiet', '--hard', 'HEAD~1');
        await repository.write({ c: 'c' });
        await repository.commit();
        const to = await repository.commit();

        expect(await count(repository, old, to)).toEqual({ count: anyObject ? 2 : null, rewritten: true });
      });

      it('has no number when the old commit is gone', async () => {
        const repository = await create({ a: 'a' });

        expect(await count(repository, 'e'.repeat(40), await repository.head())).toEqual({
          count: null,
          rewritten: true,
        });
        expect(await count(repository, 'e'.repeat(64), await repository.head())).toEqual({
          count: null,
          rewritten: true,
        });
      });

      it('asks to try again when the new commit is gone', async () => {
        const repository = await create({ a: 'a' });
        const commit = await repository.head();
        const snapshot = await git.open(sourceOf(repository), [{ branch: 'main', commit }]);

        await expect(snapshot.countCommits(commit, 'd'.repeat(40))).rejects.toThrow(SourceUnavailableError);
        await snapshot.close();
      });

      it('has no number when the source itself is a shallow clone that does not go as far', async () => {
        const repository = await create({ a: 'a' });
        const first = await repository.head();
        await repository.gitWithInput(history('refs/heads/main', first, 40), 'fast-import', '--quiet');
        const shallow = await create();
        await shallow.git(
          'fetch',
          '--quiet',
          '--depth=20',
          `file://${repository.path}`,
          'main:refs/heads/main',
          '--update-head-ok',
        );

        const to = await shallow.head('main');

        expect(await count(shallow, first, to)).toEqual({ count: null, rewritten: true });
        expect(await count(shallow, await shallow.head('main~5'), to)).toEqual({ count: 5, rewritten: false });
      });
    });

    describe('blobs', () => {
      it('streams contents in the order asked for, twice when asked twice', async () => {
        const binary = Uint8Array.from({ length: 70_000 }, (_, at) => at % 256);
        const repository = await create({ a: 'alpha\n', b: binary, empty: '' });
        const [a, b, empty] = await Promise.all(
          ['HEAD:a', 'HEAD:b', 'HEAD:empty'].map((name) => repository.head(name)),
        );
        const oids = [b, a, empty, b] as string[];

        const blobs = await blobsOf(repository, oids);

        expect(blobs.map(({ oid }) => oid)).toEqual(oids);
        expect(blobs.map(({ size }) => size)).toEqual([70_000, 6, 0, 70_000]);
        expect(Buffer.from(blobs[0]?.content ?? []).equals(binary)).toBe(true);
        expect(Buffer.from(blobs[1]?.content ?? []).toString()).toBe('alpha\n');
        expect(blobs[2]?.content).toHaveLength(0);
      });

      it('gives only the size of a blob over the cap', async () => {
        const repository = await create({ big: 'x'.repeat((1 << 20) + 1), fits: 'y'.repeat(1 << 20) });
        const oids = await Promise.all(['HEAD:big', 'HEAD:fits'].map((name) => repository.head(name)));

        const [big, fits] = await blobsOf(repository, oids);

        expect(big).toEqual({ oid: oids[0], size: (1 << 20) + 1, content: null });
        expect(fits?.content).toHaveLength(1 << 20);
      });

      it('says so when the source does not have a blob', async () => {
        const repository = await create({ a: 'a' });
        const a = await repository.head('HEAD:a');

        await expect(blobsOf(repository, [a, 'd'.repeat(40)])).rejects.toThrow(SourceUnusableError);
      });

      it('does not take another object for a blob', async () => {
        const repository = await create({ 'd/a': 'a' });

        await expect(blobsOf(repository, [await repository.head('HEAD:d')])).rejects.toThrow(SourceUnusableError);
      });

      it('asks for nothing when there is nothing to ask for', async () => {
        const nowhere = { url: `${sourceOf(await create()).url}-not` };

        expect(await collect(git.blobs(nowhere, [], [], { maxBytes: 1 }))).toEqual([]);
      });

      it('leaves nothing behind when the reader stops early', async () => {
        const repository = await create({ a: 'x'.repeat(500_000), b: 'y'.repeat(500_000) });
        const oids = await Promise.all(['HEAD:a', 'HEAD:b'].map((name) => repository.head(name)));

        for await (const blob of git.blobs(sourceOf(repository), [await repository.head()], oids, {
          maxBytes: 1 << 20,
        })) {
          expect(blob.size).toBe(500_000);
          break;
        }
      });
    });

    it('reads SHA-256 repositories', async () => {
      const repository = await create({ a: 'a' }, { objectFormat: 'sha256' });
      const first = await repository.head();
      const second = await repository.commit();
      const a = await repository.head('HEAD:a');

      expect((await git.heads(sourceOf(repository))).branches.get('main')).toBe(second);
      expect(await treeOf(repository, second)).toEqual([{ path: 'a', mode: '100644', oid: a, size: null }]);
      expect(await count(repository, first, second)).toEqual({ count: 1, rewritten: false });
      expect(Buffer.from((await blobsOf(repository, [a]))[0]?.content ?? []).toString()).toBe('a');
    });
  });
};

/** Many commits in one process, ten seconds apart, on top of a commit. */
const history = (ref: string, parent: string, commits: number, file = 'f'): string => {
  let stream = '';
  for (let n = 1; n <= commits; n++) {
    const when = `Ada <ada@example.com> ${1_700_004_000 + n * 10} +0000`;
    stream += `commit ${ref}\ncommitter ${when}\ndata 0\n${n === 1 ? `from ${parent}\n` : ''}M 644 inline ${file}\ndata ${String(n).length}\n${n}\n`;
  }
  return stream;
};
