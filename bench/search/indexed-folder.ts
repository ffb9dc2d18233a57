import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gitOutput, listFiles, readBlobs, runGit } from '../git.ts';
import type { TextFile } from './baselines.ts';
import type { Source } from './benchmark.ts';

/** Larger files are left out of the baselines, as generated. */
const MAX_BYTES = 1_000_000;

export interface IndexedFolder {
  /** A bare repository whose one commit holds the folder. */
  readonly repository: string;
  /** Whether it is the revision that the annotations were made for. */
  readonly exact: boolean;
  readonly paths: readonly string[];
}

/**
 * A repository of the one folder that a benchmark looks into, at its revision, or at HEAD where the source has not got it. It borrows the
 * source's objects, which is only read. Null where there is no such source.
 */
export const openFolder = async (sources: string, into: string, source: Source): Promise<IndexedFolder | null> => {
  const from = await gitDirectory(join(sources, source.name));
  if (from === null) return null;
  const exact = await has(from, `${source.revision}^{tree}`);
  const revision = exact ? source.revision : 'HEAD';
  const root = source.benchmark_root ?? '';
  const tree = `${revision}:${root}`;
  if (!(await has(from, tree))) return null;
  const repository = join(into, `${source.name}.git`);
  if (!(await exists(join(repository, 'HEAD')))) {
    await mkdir(into, { recursive: true });
    await runGit('.', ['clone', '--quiet', '--bare', '--shared', '--no-tags', '--', from, repository]);
    const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
    const commit = await gitOutput(repository, [...author, 'commit-tree', '-m', 'benchmark', tree]);
    await runGit(repository, ['update-ref', 'refs/heads/benchmark', commit.toString().trim()]);
    await runGit(repository, ['symbolic-ref', 'HEAD', 'refs/heads/benchmark']);
  }
  return { repository, exact, paths: (await listFiles(repository)).map(({ path }) => path) };
};

/** The files that are text, for the baselines. */
export const readTexts = async (repository: string): Promise<readonly TextFile[]> => {
  const files = (await listFiles(repository)).filter(({ size }) => size <= MAX_BYTES);
  const blobs = await readBlobs(
    repository,
    files.map(({ oid }) => oid),
  );
  return files.flatMap(({ path }, i) => {
    const blob = blobs[i] as Buffer;
    return blob.subarray(0, 8_000).includes(0) ? [] : [{ path, text: blob.toString() }];
  });
};

const gitDirectory = async (folder: string): Promise<string | null> => {
  for (const place of [folder, join(folder, '.git'), `${folder}.git`])
    if (await exists(join(place, 'HEAD'))) return place;
  return null;
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const has = (repository: string, object: string): Promise<boolean> =>
  runGit(repository, ['cat-file', '-e', object]).then(
    () => true,
    () => false,
  );
