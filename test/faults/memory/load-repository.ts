import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MemoryRepository } from './memory-repository.ts';

const run = promisify(execFile);

/** A repository of this machine, with everything that is in it; undefined when there is none. */
export const loadRepository = async (path: string): Promise<MemoryRepository | undefined> => {
  const gitDir = join(path, '.git');
  if (!existsSync(gitDir)) return undefined;
  const git = async (...args: string[]): Promise<Buffer> =>
    (await run('git', ['--git-dir', gitDir, ...args], { encoding: 'buffer', maxBuffer: 1 << 28 })).stdout;
  const repository = new MemoryRepository();
  const all = await git('cat-file', '--batch-all-objects', '--batch');
  for (let at = 0; at < all.length; ) {
    const end = all.indexOf(10, at);
    const [oid = '', type = '', size = ''] = all.toString('latin1', at, end).split(' ');
    repository.objects.set(oid, { type, content: all.subarray(end + 1, end + 1 + Number(size)) });
    at = end + 1 + Number(size) + 1;
  }
  const refs = (await git('for-each-ref', '--format=%(objectname) %(refname)')).toString('utf8').trim();
  for (const line of refs === '' ? [] : refs.split('\n')) {
    const [oid = '', ref = ''] = line.split(' ');
    if (ref.startsWith('refs/heads/')) repository.branches.set(ref.slice(11), oid);
    if (ref.startsWith('refs/tags/')) repository.tags.set(ref.slice(10), oid);
  }
  const head = await readFile(join(gitDir, 'HEAD'), 'utf8');
  repository.head = /^ref: refs\/heads\/(.+)\n$/.exec(head)?.[1] ?? null;
  const shallow = await readFile(join(gitDir, 'shallow'), 'utf8').catch(() => '');
  for (const oid of shallow.split('\n')) if (oid !== '') repository.shallow.add(oid);
  return repository;
};
