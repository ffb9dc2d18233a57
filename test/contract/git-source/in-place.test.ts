import {
  appendFile,
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createNativeGitSource } from '../../../adapters/git/native-git-source.ts';
import {
  BranchNotFoundError,
  SourceNotFoundError,
  SourceRefusedError,
  SourceUnavailableError,
  SourceUnusableError,
} from '../../../core/domain/errors.ts';
import { comparePaths } from '../../../core/manifest/git-path.ts';
import type { CommitCount, GitSource } from '../../../core/ports/git-source.ts';
import { collect } from '../../support/collect.ts';
import { logGitCommands } from '../../support/git-command-log.ts';
import { createGitRepository, type GitRepository } from '../../support/git-repository.ts';

let place: string;
let tempRoot: string;
let repository: GitRepository;
let first: string;
let second: string;
let git: GitSource;
let commands: () => Promise<string[]>;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'test-in-place-'));
  tempRoot = join(place, 'temporary');
  await mkdir(tempRoot);
  repository = await createGitRepository({ 'a.txt': 'alpha', 'deep/b.txt': 'beta' });
  first = await repository.head();
  await repository.write({ 'a.txt': 'gamma' });
  second = await repository.commit();
  commands = await logGitCommands(place);
  git = createNativeGitSource({ policy: 'local', tempRoot });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  expect(await readdir(tempRoot), 'temporary directories left over').toEqual([]);
  await repository.cleanup();
  await rm(place, { recursive: true });
});

const gitDir = (): string => join(repository.path, '.git');
const treeOf = async (url: string, commit = second, branch = 'main') => {
  const snapshot = await git.open({ url }, [{ branch, commit }]);
  try {
    return (await collect(snapshot.tree(commit))).flat();
  } finally {
    await snapshot.close();
  }
};
const countOf = async (url: string, from: string, to: string, branch = 'main'): Promise<CommitCount> => {
  const snapshot = await git.open({ url }, [{ branch, commit: to }]);
  try {
    return await snapshot.countCommits(from, to);
  } finally {
    await snapshot.close();
  }
};
const blobsOf = async (url: string, oids: readonly string[]) =>
  (await collect(git.blobs({ url }, [second], oids, { maxBytes: 1 << 20 }))).map(({ content }) =>
    Buffer.from(content ?? []).toString(),
  );
/** What a sync reads, and the git commands that it took. */
const readAll = async (url: string) => {
  await commands();
  const tree = await treeOf(url);
  const counted = await countOf(url, first, second);
  const contents = await blobsOf(
    url,
    tree.map(({ oid }) => oid),
  );
  return { files: tree.map(({ path }, at) => `${path}: ${contents[at]}`), counted, commands: await commands() };
};
const everything = { files: ['a.txt: gamma', 'deep/b.txt: beta'], counted: { count: 1, rewritten: false } };
const inPlace = { ...everything, commands: ['ls-tree', 'rev-list', 'cat-file'] };

describe('a local source is read in place', () => {
  it('with one process each for its branches, its tree, its commits and its blobs', async () => {
    await git.heads({ url: repository.path });
    expect(await commands()).toEqual(['ls-remote']);

    expect(await readAll(repository.path)).toEqual(inPlace);
    expect(await readAll(`file://${repository.path}`)).toEqual(inPlace);
  });

  it('when its branches and objects are packed', async () => {
    await repository.git('branch', 'main2', first);
    await repository.git('gc', '--quiet');
    await repository.git('commit-graph', 'write', '--reachable');

    expect(await readdir(join(gitDir(), 'refs', 'heads'))).toEqual([]);
    expect(await readAll(repository.path)).toEqual(inPlace);
    expect(await treeOf(repository.path, first, 'main2')).toHaveLength(2);
  });

  it('when it is bare, with and without its ending', async () => {
    await repository.git('clone', '--quiet', '--bare', repository.path, join(place, 'bare.git'));

    expect(await readAll(join(place, 'bare.git'))).toEqual(inPlace);
    expect(await readAll(join(place, 'bare'))).toEqual(inPlace);
  });

  it('when it is a linked worktree', async () => {
    await repository.git('worktree', 'add', '--quiet', '-b', 'other', join(place, 'worktree'));

    expect(await readAll(join(place, 'worktree'))).toEqual(inPlace);
  });

  it('when its .git is a file with a relative path, as a submodule’s is', async () => {
    const module = join(place, 'modules', 'm');
    await mkdir(join(place, 'work'), { recursive: true });
    await cp(gitDir(), module, { recursive: true });
    await writeFile(join(place, 'work', '.git'), `gitdir: ${relative(join(place, 'work'), module)}\n`);

    expect(await readAll(join(place, 'work'))).toEqual(inPlace);
  });

  it('when it borrows from others, by absolute and relative paths, as deep as git goes', async () => {
    let lender = gitDir();
    for (let depth = 1; depth <= 5; depth += 1) {
      const borrower = join(place, `borrower-${depth}`);
      await repository.git('clone', '--quiet', '--bare', '--shared', lender, borrower);
      const target = join(lender, 'objects');
      const line = depth % 2 === 1 ? relative(join(borrower, 'objects'), target) : target;
      await writeFile(join(borrower, 'objects', 'info', 'alternates'), `# a comment\n${line}\n\n`);
      lender = borrower;
    }

    expect(await readAll(lender)).toEqual(inPlace);
  });

  it.each(['new\nline', '"quoted"', 'back\\slash', '#number', 'größe', ' space '])(
    'from a directory named %j',
    async (name) => {
      await cp(gitDir(), join(place, name), { recursive: true });
      // Control characters may not stand in an address, but behind a link.
      await symlink(join(place, name), join(place, 'link'));

      expect(await readAll(join(place, 'link'))).toEqual(inPlace);
    },
  );

  it('when the commit asked for is not the branch’s head any more', async () => {
    await repository.commit();

    expect(await treeOf(repository.path)).toHaveLength(2);
    expect(await commands()).not.toContain('fetch');
  });

  it('without its replace references, grafts, settings and hooks', async () => {
    await repository.git('replace', await repository.head(`${second}:a.txt`), await repository.head(`${first}:a.txt`));
    await repository.git('replace', '--graft', second);
    await mkdir(join(gitDir(), 'info'), { recursive: true });
    await writeFile(join(gitDir(), 'info', 'grafts'), `${second}\n`);
    await appendFile(
      join(gitDir(), 'config'),
      '[extensions]\n\tunknown = true\n[remote "origin"]\n\tpromisor = true\n',
    );

    expect(await readAll(repository.path)).toEqual(inPlace);
  });
});

describe('a local source that is out of the ordinary is fetched from', () => {
  it.each<[string, () => Promise<unknown>]>([
    [
      'borrows from a place that is gone',
      () => writeFile(join(gitDir(), 'objects', 'info', 'alternates'), '/nowhere\n'),
    ],
    ['borrows by a quoted path', () => writeFile(join(gitDir(), 'objects', 'info', 'alternates'), '"/nowhere"\n')],
    [
      'borrows by one path more than git follows',
      async () => {
        await cp(join(gitDir(), 'objects'), join(place, 'objects-0'), { recursive: true });
        for (let n = 1; n <= 6; n += 1) {
          await mkdir(join(place, `objects-${n}`, 'info'), { recursive: true });
          await mkdir(join(place, `objects-${n}`, 'pack'));
          await writeFile(join(place, `objects-${n}`, 'info', 'alternates'), `../objects-${n - 1}\n`);
        }
        await writeFile(join(gitDir(), 'objects', 'info', 'alternates'), `${place}/objects-6\n`);
      },
    ],
    ['has packs of a partial clone', () => writeFile(join(gitDir(), 'objects', 'pack', 'pack-1.promisor'), '')],
    [
      'has a branch that is another’s name',
      async () => {
        await repository.git('branch', '-m', 'main', 'real');
        await repository.git('symbolic-ref', 'refs/heads/main', 'refs/heads/real');
      },
    ],
  ])('when it %s', async (_name, prepare) => {
    await mkdir(join(gitDir(), 'objects', 'info'), { recursive: true });
    await prepare();

    const read = await readAll(repository.path);

    expect(read).toMatchObject(everything);
    expect(read.commands).toContain('fetch');
  });

  it('when it borrows deeper than git goes, and git says so', async () => {
    let lender = gitDir();
    for (let depth = 1; depth <= 8; depth += 1) {
      const borrower = join(place, `borrower-${depth}`);
      await cp(gitDir(), borrower, { recursive: true });
      await rm(join(borrower, 'objects'), { recursive: true });
      await mkdir(join(borrower, 'objects', 'info'), { recursive: true });
      await mkdir(join(borrower, 'objects', 'pack'));
      await writeFile(join(borrower, 'objects', 'info', 'alternates'), `${join(lender, 'objects')}\n`);
      lender = borrower;
    }

    await expect(treeOf(lender)).rejects.toThrow();
    expect(await commands()).toContain('fetch');
  });

  it('when it is a partial clone, whose absent blobs are an error and are not looked for elsewhere', async () => {
    await repository.git('config', 'uploadpack.allowFilter', 'true');
    const partial = join(place, 'partial');
    await repository.git('clone', '--quiet', '--bare', '--filter=blob:none', `file://${repository.path}`, partial);
    const oid = await repository.head(`${second}:a.txt`);

    expect(await treeOf(partial)).toHaveLength(2);
    await expect(blobsOf(partial, [oid])).rejects.toThrow();
    expect(await commands()).toContain('fetch');
  });

  it.each(['gitdir: /nowhere\n', 'no link\n', `gitdir: /${'x'.repeat(10_000)}\n`])(
    'when its .git file leads nowhere (%#)',
    async (text) => {
      await rename(gitDir(), join(place, 'away'));
      await writeFile(gitDir(), text);

      await expect(treeOf(repository.path)).rejects.toThrow(SourceNotFoundError);
      await expect(blobsOf(repository.path, ['a'.repeat(40)])).rejects.toThrow(SourceNotFoundError);
    },
  );

  it.skipIf(process.geteuid?.() !== 0)('when it belongs to another user, and git refuses that', async () => {
    const oid = await repository.head(`${second}:a.txt`);
    await chown(gitDir(), 12345, 12345);

    await expect(git.heads({ url: repository.path })).rejects.toThrow(SourceRefusedError);
    await expect(treeOf(repository.path)).rejects.toThrow(SourceRefusedError);
    await expect(blobsOf(repository.path, [oid])).rejects.toThrow(SourceRefusedError);

    await mkdir(join(place, 'work'));
    await writeFile(join(place, 'work', '.git'), `gitdir: ${gitDir()}\n`);
    await expect(treeOf(join(place, 'work'))).rejects.toThrow(SourceRefusedError);
    await chown(gitDir(), 0, 0);
    await chown(join(place, 'work', '.git'), 12345, 12345);
    await expect(treeOf(join(place, 'work'))).rejects.toThrow(SourceRefusedError);
  });
});

describe('a local source that changes while it is read', () => {
  it('has lost a branch: it is named', async () => {
    await repository.branch('gone');
    await repository.switch('main');
    await repository.git('pack-refs', '--all');
    await repository.git('branch', '--quiet', '-D', 'gone');

    await expect(treeOf(repository.path, second, 'gone')).rejects.toThrow(BranchNotFoundError);
  });

  it('has changed its hash: what was asked for is not there', async () => {
    await expect(treeOf(repository.path, 'a'.repeat(64))).rejects.toThrow(SourceUnusableError);
  });

  it('has lost the commit asked for', async () => {
    await repository.git('reset', '--quiet', '--hard', first);
    await repository.git('reflog', 'expire', '--expire=now', '--all');
    await repository.git('gc', '--quiet', '--prune=now');

    await expect(treeOf(repository.path)).rejects.toThrow(SourceUnavailableError);
  });

  it('is repacked: nothing is missed', async () => {
    await repository.write(Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`f${n}`, `${n}`.repeat(200)])));
    const commit = await repository.commit();
    const oids = (await treeOf(repository.path, commit)).map(({ oid }) => oid);
    let read = 0;

    for await (const { content } of git.blobs({ url: repository.path }, [commit], oids, { maxBytes: 1 << 20 })) {
      if (read === 1) await repository.git('gc', '--quiet', '--prune=now');
      expect(content).not.toBeNull();
      read += 1;
    }

    expect(read).toBe(3_002);
  });

  it('is removed: it is not there any more', async () => {
    const oid = await repository.head(`${second}:a.txt`);
    const snapshot = await git.open({ url: repository.path }, [{ branch: 'main', commit: second }]);
    await rm(gitDir(), { recursive: true });

    await expect(collect(snapshot.tree(second))).rejects.toThrow(SourceNotFoundError);
    await expect(snapshot.countCommits(first, second)).rejects.toThrow(/no git repository any more|no longer has/);
    await snapshot.close();
    await expect(blobsOf(repository.path, [oid])).rejects.toThrow(SourceNotFoundError);
  });
});

describe('damaged local sources', () => {
  const commitTree = async (entries: readonly (readonly [mode: string, name: string, oid: string])[]) => {
    const bytes = entries.map(([mode, name, oid]) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]),
    );
    return commitBytes(Buffer.concat(bytes));
  };
  const commitBytes = async (bytes: Uint8Array): Promise<string> => {
    const tree = await repository.gitWithInput(bytes, 'hash-object', '-t', 'tree', '-w', '--stdin', '--literally');
    const text = `tree ${tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx\n`;
    const commit = await repository.gitWithInput(text, 'hash-object', '-t', 'commit', '-w', '--stdin', '--literally');
    await repository.git('update-ref', 'refs/heads/main', commit);
    return commit;
  };

  it.each([[['..']], [['.']], [['']], [['.git']], [['.GIT']], [['git~1']], [['b', 'a']], [['a', 'a']]])(
    'a tree with the names %j is malformed',
    async (names) => {
      const oid = await repository.head(`${second}:a.txt`);
      const commit = await commitTree(names.map((name) => ['100644', name, oid]));

      await expect(treeOf(repository.path, commit)).rejects.toThrow(SourceUnusableError);
    },
  );

  it('names that only resemble those are accepted', async () => {
    const oid = await repository.head(`${second}:a.txt`);
    const names = ['...', '..a', '.gitignore', 'a..', 'git~10', 'tab\t..', 'z.git'];
    const commit = await commitTree(names.map((name) => ['100644', name, oid]));

    const paths = (await treeOf(repository.path, commit)).map(({ path }) => path);
    expect(paths).toEqual(names.map((name) => (name.includes('\t') ? '"tab\\t.."' : name)));
  });

  it('a blob whose data breaks off is an error, whatever its header says', async () => {
    const random = Uint8Array.from({ length: 100_000 }, (_, at) => (at * at * 31 + (at >> 3)) % 251);
    await repository.write({ random });
    const commit = await repository.commit();
    const oid = await repository.head(`${commit}:random`);
    const file = join(gitDir(), 'objects', oid.slice(0, 2), oid.slice(2));
    const bytes = await readFile(file);
    await chmod(file, 0o644);
    await writeFile(file, bytes.subarray(0, bytes.length / 2));

    await expect(blobsOf(repository.path, [oid])).rejects.toThrow(SourceUnusableError);
  });

  it('a tree that ends within an entry, or is none, is malformed', async () => {
    await expect(treeOf(repository.path, await commitBytes(Buffer.from('100644 a\0short')))).rejects.toThrow(
      SourceUnusableError,
    );
  });

  it('a history with a commit missing is an error, not a smaller count', async () => {
    const third = await repository.commit();
    await rm(join(gitDir(), 'objects', second.slice(0, 2), second.slice(2)));

    await expect(countOf(repository.path, first, third)).rejects.toThrow(SourceUnusableError);
  });
});

describe('counting the commits of a local source', () => {
  it('tells a rewritten branch, and what is new in it', async () => {
    await repository.git('reset', '--quiet', '--hard', first);
    await repository.commit();
    const to = await repository.commit();

    expect(await countOf(repository.path, second, to)).toEqual({ count: 2, rewritten: true });
    expect(await countOf(repository.path, second, first).catch(String)).toEqual({ count: 0, rewritten: true });
  });

  it('tells nothing of a shallow clone that is not certain', async () => {
    await repository.branch('old', first);
    const shallow = join(place, 'shallow');
    const url = `file://${repository.path}`;
    await repository.git('clone', '--quiet', '--bare', '--depth=1', '--no-single-branch', url, shallow);
    await commands();

    expect(await countOf(shallow, first, second)).toEqual({ count: null, rewritten: false });
    expect((await readFile(join(shallow, 'shallow'), 'utf8')).split('\n')).toContain(second);
    expect(await commands()).not.toContain('fetch');
  });
});

describe('the changes between two trees', () => {
  const changesOf = async (from: string, to: string) => {
    const snapshot = await git.open({ url: repository.path }, [{ branch: 'main', commit: to }]);
    try {
      return (await Array.fromAsync(snapshot.changes(from, to) ?? [])).flat();
    } finally {
      await snapshot.close();
    }
  };
  /** What both listings say, put side by side: what the changes must come to. */
  const compared = async (from: string, to: string) => {
    const [before, after] = [await treeOf(repository.path, from), await treeOf(repository.path, to)];
    const now = new Map(after.map((entry) => [entry.path, entry]));
    const old = new Map(before.map((entry) => [entry.path, entry]));
    const differ = (path: string): boolean =>
      old.get(path)?.oid !== now.get(path)?.oid || old.get(path)?.mode !== now.get(path)?.mode;
    return [...new Set([...old.keys(), ...now.keys()])]
      .filter(differ)
      .sort(comparePaths)
      .map((path) => ({ path, entry: now.get(path) ?? null }));
  };

  it('are those of the two listings, whatever happened to a file', async () => {
    await repository.write({
      'a-b': 'beside a directory',
      'dir/x': '1',
      'dir/y': '2',
      gone: '3',
      'moved/from': 'the same content',
      'script.sh': 'true',
      target: 'a link was a file',
      'ü/größe\n"q"': 'odd name',
    });
    const before = await repository.commit();
    await repository.remove('gone', 'target');
    await rm(join(repository.path, 'dir'), { recursive: true });
    await repository.link('target', 'a.txt');
    await repository.rename('moved/from', 'moved/to');
    await chmod(join(repository.path, 'script.sh'), 0o755);
    await repository.write({ dir: 'a file where a directory was', 'new/one': '4', 'ü/größe\n"q"': 'changed' });
    const after = await repository.commit();

    const changes = await changesOf(before, after);

    expect(changes).toEqual(await compared(before, after));
    expect(changes.map(({ path }) => path)).toContain('"\\303\\274/gr\\303\\266\\303\\237e\\n\\"q\\""');
    expect(await changesOf(after, before)).toEqual(await compared(after, before));
    expect(await changesOf(after, after)).toEqual([]);
  });

  it('cost one process, and do not need history between', async () => {
    await commands();
    await changesOf(first, second);
    expect((await commands()).filter((command) => command.includes('diff-tree'))).toHaveLength(1);
  });

  it('fail when the older commit is not there, and do not come out as none', async () => {
    await expect(changesOf('1'.repeat(40), second)).rejects.toThrow(SourceUnusableError);
  });

  it('are for opened commits and object ids only', async () => {
    const snapshot = await git.open({ url: repository.path }, [{ branch: 'main', commit: second }]);
    await expect(Array.fromAsync(snapshot.changes(second, first) ?? [])).rejects.toThrow(
      'was not opened at this commit',
    );
    expect(() => snapshot.changes('--output=x', second)).toThrow(SourceUnusableError);
    await snapshot.close();
  });
});
