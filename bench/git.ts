import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { devNull } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Git without anybody's settings, hooks or housekeeping. */
const spawnGit = (cwd: string, args: readonly string[], stdout: 'pipe' | 'ignore'): ChildProcess =>
  spawn('git', ['-c', `core.hooksPath=${devNull}`, '-c', 'gc.auto=0', '-c', 'safe.directory=*', ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: devNull, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: devNull },
    stdio: ['pipe', stdout, 'pipe'],
  });

type Input = AsyncIterable<Buffer | string> | Iterable<Buffer | string>;

/** Git that ends early closes the pipe; how it ended says why. */
const feed = async (child: ChildProcess, input: Input): Promise<void> => {
  if (child.stdin !== null) await pipeline(Readable.from(input), child.stdin).catch(() => {});
};

/**
 * Runs git to its end and hands each piece of its output to `onData`; without it the output goes nowhere.
 * Throws an Error with git's own words when it fails.
 */
export const runGit = async (
  cwd: string,
  args: readonly string[],
  options: { readonly input?: Input; readonly onData?: (data: Buffer) => void } = {},
): Promise<void> => {
  const child = spawnGit(cwd, args, options.onData === undefined ? 'ignore' : 'pipe');
  const closed = once(child, 'close');
  let complaint = '';
  child.stderr?.on('data', (data: Buffer) => {
    complaint = (complaint + data).slice(-1000);
  });
  if (options.onData !== undefined) child.stdout?.on('data', options.onData);
  const [[code]] = await Promise.all([closed, feed(child, options.input ?? [])]);
  if (code !== 0) throw new Error(`git ${args[0]} ended with ${code}: ${complaint.trim()}`);
};

/** What git printed. */
export const gitOutput = async (cwd: string, args: readonly string[], input?: Input): Promise<Buffer> => {
  const parts: Buffer[] = [];
  await runGit(cwd, args, { ...(input === undefined ? {} : { input }), onData: (data) => parts.push(data) });
  return Buffer.concat(parts);
};

export interface TreeFile {
  readonly oid: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** The files of HEAD; neither links nor submodules. */
export const listFiles = async (repository: string): Promise<readonly TreeFile[]> =>
  parseTree((await gitOutput(repository, ['ls-tree', '-r', '-z', '-l', 'HEAD'])).toString());

/** Of `ls-tree -r -z -l`. */
export const parseTree = (listing: string): readonly TreeFile[] =>
  listing.split('\0').flatMap((line) => {
    const [, mode, oid, size, path] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t(.+)$/s.exec(line) ?? [];
    if (mode === undefined || oid === undefined || path === undefined || !mode.startsWith('100')) return [];
    return [{ oid, path, size: Number(size) }];
  });

/** The contents of these blobs, in their order. For samples: all of them are held. */
export const readBlobs = async (repository: string, oids: readonly string[]): Promise<readonly Buffer[]> =>
  parseBatch(
    await gitOutput(repository, ['cat-file', '--batch', '--buffer'], [oids.map((oid) => `${oid}\n`).join('')]),
  );

/** Of `cat-file --batch`. */
export const parseBatch = (output: Buffer): readonly Buffer[] => {
  const blobs: Buffer[] = [];
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    const header = output.subarray(at, end).toString();
    const size = Number(header.split(' ')[2]);
    if (end === -1 || !Number.isInteger(size)) throw new Error(`git cat-file answered ${header.slice(0, 80)}`);
    blobs.push(output.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return blobs;
};

/** The branch that HEAD names, in full. */
export const headBranch = async (repository: string): Promise<string> =>
  (await gitOutput(repository, ['symbolic-ref', 'HEAD'])).toString().trim();

/** A copy that shares the objects of the original, which is never written to. */
export const shareRepository = (source: string, target: string): Promise<void> =>
  runGit('.', ['clone', '--quiet', '--bare', '--shared', '--', source, target]);
