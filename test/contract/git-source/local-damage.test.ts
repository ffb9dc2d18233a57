import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceUnusableError } from '../../../core/domain/errors.ts';
import { useLocalSource } from './local-source.ts';

const local = useLocalSource();
const { blobsOf, countOf, gitDir, treeOf } = local;

describe('damaged local sources', () => {
  const commitTree = async (entries: readonly (readonly [mode: string, name: string, oid: string])[]) => {
    const bytes = entries.map(([mode, name, oid]) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]),
    );
    return commitBytes(Buffer.concat(bytes));
  };
  const commitBytes = async (bytes: Uint8Array): Promise<string> => {
    const tree = await local.repository.gitWithInput(
      bytes,
      'hash-object',
      '-t',
      'tree',
      '-w',
      '--stdin',
      '--literally',
    );
    const text = `tree ${tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx\n`;
    const commit = await local.repository.gitWithInput(
      text,
      'hash-object',
      '-t',
      'commit',
      '-w',
      '--stdin',
      '--literally',
    );
    await local.repository.git('update-ref', 'refs/heads/main', commit);
    return commit;
  };

  it.each([[['..']], [['.']], [['']], [['.git']], [['.GIT']], [['git~1']], [['b', 'a']], [['a', 'a']]])(
    'a tree with the names %j is malformed',
    async (names) => {
      const oid = await local.repository.head(`${local.second}:a.txt`);
      const commit = await commitTree(names.map((name) => ['100644', name, oid]));

      await expect(treeOf(local.repository.path, commit)).rejects.toThrow(SourceUnusableError);
    },
  );

  it('names that only resemble those are accepted', async () => {
    const oid = await local.repository.head(`${local.second}:a.txt`);
    const names = ['...', '..a', '.gitignore', 'a..', 'git~10', 'tab\t..', 'z.git'];
    const commit = await commitTree(names.map((name) => ['100644', name, oid]));

    const paths = (await treeOf(local.repository.path, commit)).map(({ path }) => path);
    expect(paths).toEqual(names.map((name) => (name.includes('\t') ? '"tab\\t.."' : name)));
  });

  it('a blob whose data breaks off is an error, whatever its header says', async () => {
    const random = Uint8Array.from({ length: 100_000 }, (_, at) => (at * at * 31 + (at >> 3)) % 251);
    await local.repository.write({ random });
    const commit = await local.repository.commit();
    const oid = await local.repository.head(`${commit}:random`);
    const file = join(gitDir(), 'objects', oid.slice(0, 2), oid.slice(2));
    const bytes = await readFile(file);
    await chmod(file, 0o644);
    await writeFile(file, bytes.subarray(0, bytes.length / 2));

    await expect(blobsOf(local.repository.path, [oid])).rejects.toThrow(SourceUnusableError);
  });

  it('a tree that ends within an entry, or is none, is malformed', async () => {
    await expect(treeOf(local.repository.path, await commitBytes(Buffer.from('100644 a\0short')))).rejects.toThrow(
      SourceUnusableError,
    );
  });

  it('a history with a commit missing is an error, not a smaller count', async () => {
    const third = await local.repository.commit();
    await rm(join(gitDir(), 'objects', local.second.slice(0, 2), local.second.slice(2)));

    await expect(countOf(local.repository.path, local.first, third)).rejects.toThrow(SourceUnusableError);
  });
});
