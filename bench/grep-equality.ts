import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { FileList } from '../core/contract/files.ts';
import type { GrepAnswer } from '../core/contract/grep.ts';
import type { Api } from '../test/support/api.ts';
import { startService } from '../test/support/service-process.ts';
import { gitOutput, listFiles, readBlobs, runGit, type TreeFile } from './git.ts';
import { randomFrom } from './statistics.ts';

/**
 * Exact search beside `git grep`, on any repositories, which are only read:
 *
 *     node bench/grep-equality.ts <repository> …
 *
 * Each is indexed by a service of its own, asked for names, words, expressions and in either case, all pages of each, and `git grep` is asked the same of the
 * same files. A file that is no UTF-8, or begins with a byte order mark, is searched as text by the one and as bytes by the other: what differs in
 * these is counted apart. The exit code is 1 where anything else differs.
 */

interface Asked {
  readonly query: Record<string, string>;
  readonly options: readonly string[];
}

/** `path:line` of every line that matches. */
type Lines = ReadonlySet<string>;

const PAGE = 1_000;
/** Of one pattern: beyond, it is not compared. */
const MOST_LINES = 200_000;
const SAMPLE = 300;

const say = (text: string): void => console.log(text);

/** Names of the texts: rare, middling and common ones, and what is made of them. */
const patternsOf = (texts: readonly string[]): readonly Asked[] => {
  const files = new Map<string, number>();
  for (const text of texts)
    for (const name of new Set(text.match(/[A-Za-z_][A-Za-z0-9_]{3,40}/g) ?? []))
      files.set(name, (files.get(name) ?? 0) + 1);
  const ranked = [...files].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name);
  const random = randomFrom(ranked.length);
  const at = (share: number): string => ranked[Math.floor(share * (ranked.length - 1))] ?? 'main';
  const [common, middling, rare] = [at(0), at(0.05), at(0.5 + random() / 2)];
  const line = texts.flatMap((text) => text.split('\n')).find((each) => /^\S.{20,60}$/.test(each)) ?? common;
  const literal = (pattern: string, more: Record<string, string> = {}, options: readonly string[] = []): Asked => ({
    query: { pattern, ...more },
    options: ['-F', ...options, '-e', pattern],
  });
  const expression = (pattern: string, more: Record<string, string> = {}, options: readonly string[] = []): Asked => ({
    query: { pattern, regex: 'true', ...more },
    options: ['-P', ...options, '-e', pattern],
  });
  return [
    literal(common),
    literal(middling),
    literal(rare),
    literal(line.trimEnd()),
    literal(middling.toUpperCase(), { case: 'false' }, ['-i']),
    literal(common, { word: 'true' }, ['-w']),
    literal(`${middling}(`),
    literal('no such text in any repository 7f3a'),
    expression(`\\b${rare.slice(0, 4)}[A-Za-z_]+\\b`),
    expression(`^\\s*(if|for|while|return)\\b.*${middling.slice(0, 3)}`),
    expression('[0-9a-f]{12,}$'),
    expression(`(${middling}|${rare})\\s*[=:(]`, { case: 'false' }, ['-i']),
    expression('^$'),
  ];
};

const byService = async (api: Api, id: string, query: Record<string, string>): Promise<Lines | null> => {
  const lines = new Set<string>();
  for (let cursor: string | null = ''; cursor !== null; ) {
    const parameters = new URLSearchParams({ ...query, limit: String(PAGE), ...(cursor === '' ? {} : { cursor }) });
    const { status, body } = await api.call<GrepAnswer>('GET', `/api/repositories/${id}/grep?${parameters}`);
    if (status !== 200) throw new Error(`${JSON.stringify(query)} was answered ${status} ${JSON.stringify(body)}`);
    for (const { path, path_bytes, line } of body.matches)
      lines.add(`${path_bytes === undefined ? path : latin(Buffer.from(path_bytes, 'base64'))}:${line}`);
    if (lines.size > MOST_LINES) return null;
    cursor = body.next_cursor;
  }
  return lines;
};

const latin = (bytes: Buffer): string => bytes.toString('latin1');

const byGit = async (repository: string, options: readonly string[]): Promise<Lines> => {
  const parts: Buffer[] = [];
  const args = ['grep', '-n', '-z', '-a', '--no-color', ...options, 'HEAD'];
  // It ends with 1, and no output, where nothing matches.
  await runGit(repository, args, { onData: (data) => parts.push(data) }).catch((error: Error) => {
    if (!/ended with 1: $/.test(error.message)) throw error;
  });
  const lines = new Set<string>();
  const output = Buffer.concat(parts);
  for (let from = 0; from < output.length; ) {
    const path = output.indexOf(0, from);
    const number = output.indexOf(0, path + 1);
    const end = output.indexOf(0x0a, number + 1);
    const name = output.subarray(from + 'HEAD:'.length, path);
    lines.add(`${isUtf8(name) ? name.toString() : latin(name)}:${output.subarray(path + 1, number)}`);
    from = end < 0 ? output.length : end + 1;
  }
  return lines;
};

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/** The paths that are in the index. */
const indexedPaths = async (api: Api, id: string): Promise<ReadonlySet<string>> => {
  const paths = new Set<string>();
  for (let cursor: string | null = ''; cursor !== null; ) {
    const parameters = new URLSearchParams({ glob: '*', limit: '1000', ...(cursor === '' ? {} : { cursor }) });
    const { body } = await api.call<FileList>('GET', `/api/repositories/${id}/files?${parameters}`);
    for (const { path, path_bytes, not_indexed } of body.entries)
      if (not_indexed === undefined)
        paths.add(path_bytes === undefined ? path : latin(Buffer.from(path_bytes, 'base64')));
    cursor = body.next_cursor;
  }
  return paths;
};

/** Files that are text in another encoding, or begin with a byte order mark. */
const otherTexts = async (
  repository: string,
  files: readonly TreeFile[],
  indexed: ReadonlySet<string>,
): Promise<ReadonlySet<string>> => {
  const asked = files.filter(({ path }) => indexed.has(path));
  const blobs = await readBlobs(
    repository,
    asked.map(({ oid }) => oid),
  );
  const isOther = (blob: Buffer | undefined): boolean =>
    blob !== undefined && (!isUtf8(blob) || blob.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])));
  return new Set(asked.flatMap(({ path }, n) => (isOther(blobs[n]) ? [path] : [])));
};

/** The last two parts of a path. */
const nameOf = (path: string): string => path.split('/').slice(-2).join('/');

const pathOf = (place: string): string => place.slice(0, place.lastIndexOf(':'));

interface Found {
  readonly lines: number;
  readonly different: number;
  readonly explained: number;
}

const compareOne = async (api: Api, repository: string, id: string, name: string): Promise<Found> => {
  const indexed = await indexedPaths(api, id);
  const files = await listFiles(repository);
  const others = await otherTexts(repository, files, indexed);
  const step = Math.max(1, Math.floor(files.length / SAMPLE));
  const sample = files.filter(({ path, size }, n) => n % step === 0 && indexed.has(path) && size < 200_000);
  const blobs = await readBlobs(
    repository,
    sample.map(({ oid }) => oid),
  );
  let [lines, different, explained] = [0, 0, 0];
  for (const { query, options } of patternsOf(blobs.map((blob) => blob?.toString() ?? ''))) {
    const ours = await byService(api, id, query);
    if (ours === null) {
      say(`  ${JSON.stringify(query)}: more than ${MOST_LINES} lines, not compared`);
      continue;
    }
    const gits = [...(await byGit(repository, options))].filter((place) => indexed.has(pathOf(place)));
    const gitSet = new Set(gits);
    const apart = [...gits.filter((place) => !ours.has(place)), ...[...ours].filter((place) => !gitSet.has(place))];
    const unexplained = apart.filter((place) => !others.has(pathOf(place)));
    lines += ours.size;
    different += unexplained.length;
    explained += apart.length - unexplained.length;
    if (unexplained.length > 0)
      say(`  ${JSON.stringify(query)}: ${unexplained.length} different, such as ${unexplained.slice(0, 5).join(', ')}`);
  }
  say(
    `${name}: ${indexed.size} files, ${lines} lines, ${different} different, ${explained} in ${others.size} files of other bytes`,
  );
  return { lines, different, explained };
};

const repositories = process.argv.slice(2).map((path) => resolve(path));
if (repositories.length === 0) throw new Error('give repositories to compare');
const directory = await mkdtemp(join(tmpdir(), 'grep-equality-'));
const service = await startService(directory, { SOURCE_ROOTS: '/' });
try {
  for (const [n, repository] of repositories.entries()) {
    const id = `equal-${n}`;
    const copy = join(directory, id);
    await gitOutput('.', ['clone', '--quiet', '--bare', '--shared', '--no-tags', '--', repository, copy]);
    await service.api.register(id, copy);
    const { status, error } = await service.api.synced(id);
    if (status !== 'completed')
      throw new Error(`the sync of ${repository} ended as ${status}: ${JSON.stringify(error)}`);
    const { different } = await compareOne(service.api, copy, id, nameOf(repository));
    if (different > 0) process.exitCode = 1;
  }
} finally {
  await service.terminate();
  await rm(directory, { recursive: true, force: true });
}
