import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardDirectory } from './thread-guard.ts';

/** Directories of this kind, each with a socket on which its owner listens. */
const prefix = 'repo-sync-scratch-';
const unfinished = '.new';
const socketName = 'owner';
/** It takes milliseconds to give a new directory its socket and then its name. */
const unfinishedMs = 60_000;

const opened = new Map<string, Promise<string>>();

/**
 * A directory of this thread's own in a place that others use too, such as a Lambda sandbox's /tmp, which the next process in that sandbox
 * finds as it was left. Made at the first call; those of owners that have died are removed then. An owner lives as long as its socket
 * answers: the kernel closes it with the process, and neither a process id that is used again nor a container's own ids can mislead.
 */
export const scratchDirectory = (root: string = tmpdir()): Promise<string> => {
  const known = opened.get(root);
  if (known !== undefined) return known;
  const made = open(root);
  opened.set(root, made);
  made.catch(() => opened.delete(root));
  return made;
};

const open = async (root: string): Promise<string> => {
  // What cannot be cleaned up today is no reason to fail.
  await removeDead(root).catch(() => undefined);
  const path = join(root, `${prefix}${randomUUID().slice(0, 8)}`);
  guardDirectory(path);
  await mkdir(`${path}${unfinished}`, { mode: 0o700 });
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(join(`${path}${unfinished}`, socketName), resolve);
  });
  server.unref();
  await rename(`${path}${unfinished}`, path);
  return path;
};

const removeDead = async (root: string): Promise<void> => {
  for (const name of await readdir(root)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(root, name);
    if (name.endsWith(unfinished) ? await isOld(path) : await isDead(path))
      await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
};

const isOld = async (path: string): Promise<boolean> => Date.now() - (await stat(path)).mtimeMs > unfinishedMs;

const isDead = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(join(path, socketName));
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    // Anything else than a refusal (another user's, no socket at all) tells nothing of an owner.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
