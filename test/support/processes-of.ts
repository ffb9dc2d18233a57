import { readdir, readFile } from 'node:fs/promises';

/** Live processes, by their command lines, whose environment names this path: those that a service started, and what they started. */
export const processesOf = async (path: string): Promise<{ readonly pid: number; readonly command: string }[]> => {
  const found: { pid: number; command: string }[] = [];
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    // A zombie has neither.
    const read = (file: string): Promise<string> => readFile(`/proc/${name}/${file}`, 'latin1').catch(() => '');
    if (!(await read('environ')).includes(path)) continue;
    const command = (await read('cmdline')).replaceAll('\0', ' ').trim();
    if (command !== '') found.push({ pid: Number(name), command });
  }
  return found;
};
