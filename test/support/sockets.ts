import { readdir, readFile, readlink } from 'node:fs/promises';

/** Ids of a process and of everything that it started and that still is its child. */
export const processTree = async (root: number): Promise<readonly number[]> => {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => null) : null;
    // The second field, the command in brackets, may hold anything; the parent is the fourth.
    if (stat !== null) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const tree = [root];
  for (const id of tree) for (const [child, parent] of parents) if (parent === id) tree.push(child);
  return tree;
};

/** What the processes can be reached by: addresses of TCP and UDP, and names of Unix sockets that listen. */
export const listeners = async (pids: readonly number[]): Promise<readonly string[]> => {
  const inodes = new Set<string>();
  for (const pid of pids)
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      const [, inode] = /^socket:\[(\d+)\]$/.exec(target) ?? [];
      if (inode !== undefined) inodes.add(inode);
    }
  const found: string[] = [];
  for (const table of ['tcp', 'tcp6', 'udp', 'udp6'])
    for (const fields of await rowsOf(table)) {
      const [, local = '', , state, , , , , , inode = ''] = fields;
      // 0A: listening. Whoever has bound UDP takes what comes.
      if (inodes.has(inode) && (state === '0A' || table.startsWith('udp')))
        found.push(`${table}:${Number.parseInt(local.split(':')[1] ?? '', 16)}`);
    }
  for (const [, , , flags, , , inode = '', name = ''] of await rowsOf('unix'))
    if (inodes.has(inode) && flags === '00010000') found.push(`unix:${name}`);
  return found;
};

const rowsOf = async (table: string): Promise<readonly (readonly string[])[]> => {
  const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '');
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
};
