import { readdirSync, readFileSync } from 'node:fs';

/** One process at one moment. */
export interface ProcessLook {
  readonly pid: number;
  readonly name: string;
  /** Resident bytes. Pages that processes share count in each of them. */
  readonly resident: number;
  /** User and system, with that of the children it has waited for. */
  readonly cpuSeconds: number;
  /** Of it, by thread name; threads that have ended are left out. */
  readonly threads: ReadonlyMap<string, number>;
}

export interface TreeUse {
  /** The largest sum over the tree, at one sample. Bytes. */
  readonly peakResident: number;
  /** What the processes had at that sample, largest first, such as `node 812, git 40` (MiB). */
  readonly peakParts: string;
  readonly cpuSeconds: number;
  /** Where it went: the first process's threads by name, and everything else, such as `WorkerThread 80, others 12` (s). */
  readonly cpuParts: string;
  readonly wallSeconds: number;
  readonly samples: number;
}

/** Linux counts processor time in hundredths of a second for every program, whatever its own clock does (proc(5)). */
const TICKS_A_SECOND = 100;

/** Of `/proc/<pid>/stat` and `/proc/<pid>/status`. Null for what is no process any more. */
export const parseProcess = (pid: number, stat: string, status: string): Omit<ProcessLook, 'threads'> | null => {
  const fields = fieldsOf(stat);
  const name = /^Name:\t(.*)$/m.exec(status)?.[1];
  if (name === undefined || fields[0] === 'Z' || fields[0] === 'X') return null;
  const resident = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  return { pid, name, resident, cpuSeconds: secondsOf(fields, 15) };
};

/** From the third on: the second, the command in brackets, may hold anything. */
const fieldsOf = (stat: string): readonly string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

/** proc(5) counts from 1: utime, stime, cutime and cstime are 14 to 17, and the first of these fields is 3. */
const secondsOf = (fields: readonly string[], end: 13 | 15): number =>
  fields.slice(11, end).reduce((sum, field) => sum + Number(field), 0) / TICKS_A_SECOND;

/** Processor time of children that have ended and were waited for. Seconds. */
export const endedChildrenSeconds = (stat: string): number => {
  const fields = fieldsOf(stat);
  return secondsOf(fields, 15) - secondsOf(fields, 13);
};

const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended since it was listed.
    return null;
  }
};

const threadsOf = (proc: string, pid: number): readonly string[] => {
  try {
    return readdirSync(`${proc}/${pid}/task`).map((thread) => `${proc}/${pid}/task/${thread}`);
  } catch {
    return [];
  }
};

const cpuByName = (threads: readonly string[]): ReadonlyMap<string, number> => {
  const seconds = new Map<string, number>();
  for (const thread of threads) {
    const stat = read(`${thread}/stat`);
    if (stat === null) continue;
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    seconds.set(name, (seconds.get(name) ?? 0) + secondsOf(fieldsOf(stat), 13));
  }
  return seconds;
};

/** Looks at a process tree. `whole`: all its threads are asked, for their children and, of the first process, for their processor time. */
export type LookAtTree = (whole: boolean) => readonly ProcessLook[];

/**
 * The process and all that descend from it, parents first. Empty without a /proc of Linux. `proc` is another place for it, in tests.
 * A child with its parent's command line has been forked and runs nothing of its own yet: all its pages are its parent's
 * and count there.
 *
 * A look that is not whole asks for children only the main threads, those that had children at the last whole look, and all threads of a process that is new: a child that another thread starts is seen by
 * the next whole look. Of a service of 44 threads and its four children the one reads some 110 files, the other some 15 (counted).
 */
export const createTreeLook = (root: number, proc = '/proc'): LookAtTree => {
  /** Of each process: the threads that are asked for children, and its command line once it is its own. */
  let known = new Map<number, { readonly askers: readonly string[]; readonly command: string | null }>();
  return (whole) => {
    const found: ProcessLook[] = [];
    const next: typeof known = new Map();
    const pending: { readonly pid: number; readonly parent: string | null }[] = [{ pid: root, parent: null }];
    for (let process = pending.shift(); process !== undefined; process = pending.shift()) {
      const { pid, parent } = process;
      const before = known.get(pid);
      const look = parseProcess(pid, read(`${proc}/${pid}/stat`) ?? '', read(`${proc}/${pid}/status`) ?? '');
      const command = (whole ? null : before?.command) ?? read(`${proc}/${pid}/cmdline`);
      const isForked = parent !== null && command === parent;
      const all = whole || before === undefined;
      const threads = all ? threadsOf(proc, pid) : before.askers;
      if (look !== null)
        found.push({
          ...look,
          resident: isForked ? 0 : look.resident,
          threads: whole && pid === root ? cpuByName(threads) : new Map(),
        });
      const askers = threads.filter((thread) => {
        const children = (read(`${thread}/children`) ?? '').split(' ').filter(Boolean);
        for (const child of children) pending.push({ pid: Number(child), parent: command });
        return children.length > 0 || thread === `${proc}/${pid}/task/${pid}`;
      });
      next.set(pid, { askers: all ? askers : threads, command: isForked || command === '' ? null : command });
    }
    known = next;
    return found;
  };
};

/** One whole look. */
export const lookAtTree = (root: number, proc = '/proc'): readonly ProcessLook[] => createTreeLook(root, proc)(true);

const residentOf = (looks: readonly ProcessLook[]): number => looks.reduce((sum, { resident }) => sum + resident, 0);
const cpuOf = (looks: readonly ProcessLook[]): number => looks.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);

const describe = (looks: readonly ProcessLook[]): string =>
  [...looks]
    .sort((a, b) => b.resident - a.resident)
    .slice(0, 5)
    .map(({ name, resident }) => `${name} ${Math.round(resident / 2 ** 20)}`)
    .join(', ');

const describeCpu = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>, all: number): string => {
  const parts = [...after].map(([name, seconds]) => ({ name, seconds: seconds - (before.get(name) ?? 0) }));
  const others = all - parts.reduce((sum, { seconds }) => sum + seconds, 0);
  return [...parts, { name: 'others', seconds: Math.max(0, others) }]
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 6)
    .filter(({ seconds }) => seconds > 0)
    .map(({ name, seconds }) => `${name} ${seconds.toFixed(1)}`)
    .join(', ');
};

/** Each so many looks is a whole one. */
const WHOLE_EACH = 10;

/**
 * Watches a process tree until `stop`, every 100 ms: often enough for what lives long enough to matter. The processor
 * time of a process that ended is with its parent; of one whose parent ended first it is lost, so the largest sum seen counts.
 * What threads have used is read at the start and at the end; that of a thread which ends between the two is with the others.
 */
export const watchTree = (
  root: number,
  milliseconds = 100,
  look: LookAtTree = createTreeLook(root),
): { stop(): TreeUse } => {
  const begun = performance.now();
  const before = look(true);
  const first = cpuOf(before);
  let peak: readonly ProcessLook[] = before;
  let latest = before;
  let cpu = first;
  let samples = 0;
  const sample = (whole: boolean): void => {
    const looks = look(whole);
    samples += 1;
    latest = looks;
    if (residentOf(looks) > residentOf(peak)) peak = looks;
    cpu = Math.max(cpu, cpuOf(looks));
  };
  const timer = setInterval(() => sample((samples + 1) % WHOLE_EACH === 0), milliseconds);
  return {
    stop: () => {
      clearInterval(timer);
      sample(true);
      return {
        peakResident: residentOf(peak),
        peakParts: describe(peak),
        cpuSeconds: cpu - first,
        cpuParts: describeCpu(before[0]?.threads ?? new Map(), latest[0]?.threads ?? new Map(), cpu - first),
        wallSeconds: (performance.now() - begun) / 1000,
        samples,
      };
    },
  };
};

/** Waits until a process tree has done next to nothing for half a second, ten seconds at most. */
export const untilQuiet = async (root: number, look = () => lookAtTree(root), milliseconds = 500): Promise<void> => {
  let before = cpuOf(look());
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    const now = cpuOf(look());
    // A tenth of a core: timers and heartbeats.
    if ((now - before) * 1000 < milliseconds / 10) return;
    before = now;
  }
};
