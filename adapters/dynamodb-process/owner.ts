import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const pidFile = (dataDir: string): string => join(dataDir, 'dynamodb.pid');

/** Remembers the child for {@link killOrphan}: its id, and when it began, since ids are used again. */
export const recordChild = async (dataDir: string, pid: number): Promise<void> =>
  writeFile(pidFile(dataDir), `${pid} ${(await startOf(pid)) ?? '-'}\n`);

/**
 * Kills a child that a killed process has left behind, and waits until it is gone. Call it while holding the directory:
 * then the process that started that child is dead.
 */
export const killOrphan = async (dataDir: string): Promise<void> => {
  const recorded = await readFile(pidFile(dataDir), 'utf8').catch(() => '');
  const [pid, start] = recorded.trim().split(' ');
  const id = Number(pid);
  if (!Number.isInteger(id) || id <= 1) return;
  while (start !== undefined && (await startOf(id)) === start) {
    try {
      process.kill(id, 'SIGKILL');
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** When a live process began, in the kernel's ticks; null when it is gone, or a zombie. See proc(5), fields 3 and 22. */
const startOf = async (pid: number): Promise<string | null> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The second field, the command in brackets, may hold anything.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? null : (fields[18] ?? null);
};
