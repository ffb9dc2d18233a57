import { parentPort, workerData } from 'node:worker_threads';
import { runGit } from '../../../../adapters/git/git-process.ts';
import { createTemporaryDirectory } from '../../../../adapters/git/temporary-directory.ts';
import { useHelperFromHereOn } from './use-helper.ts';

/** A worker with a git that takes its time, a child of git, and a directory; it ends when and as it is told. */
const { root, seconds, helper } = workerData as { root: string; seconds: number; helper?: string };
if (helper !== undefined) await useHelperFromHereOn(helper);
const { path } = await createTemporaryDirectory(root);
void runGit({
  args: ['-c', `alias.x=!sleep ${seconds} & sleep ${seconds}`, 'x'],
  env: { PATH: process.env.PATH ?? '', HOME: path },
  cwd: path,
  timeoutMs: 60_000,
}).catch(() => undefined);
parentPort?.on('message', (how: 'exit' | 'throw') => {
  if (how === 'exit') process.exit(1);
  throw new Error('a crash');
});
parentPort?.postMessage('started');
