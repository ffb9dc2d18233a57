import { readFile } from 'node:fs/promises';

/** How often is looked, at most; a short silence is looked for more often. */
const LOOK_MILLISECONDS = 1000;
/** Hundredths of a second: waiting processes wake up now and then, and that is no work. */
const IDLE_TICKS = 3;

interface Activity {
  /** Bytes read and written. */
  readonly bytes: number;
  /** Processor time, in hundredths of a second. */
  readonly ticks: number;
  /** One of them would compute if it were let: on a busy machine it may have to wait for that. */
  readonly ready: boolean;
}

/**
 * Calls `silent` once a process and its descendants have neither read nor written a byte nor computed for so long. Git's own limit
 * (http.lowSpeedTime) sees neither a connection nor a TLS handshake that hangs, and its packets that keep a slow server's connection
 * alive, five bytes each five seconds, are too near to "nothing" for a short limit. Linux only: elsewhere nothing is called.
 *
 * @returns what ends the watch.
 */
export const watchForSilence = (
  pidOf: () => number | undefined,
  milliseconds: number,
  silent: () => void,
): (() => void) => {
  let mark: Activity = { bytes: -1, ticks: 0, ready: true };
  let since = Date.now();
  const look = async (): Promise<void> => {
    const pid = pidOf();
    const now = pid === undefined ? null : await activityOf(pid);
    if (now === null) return;
    if (!now.ready && now.bytes === mark.bytes && Math.abs(now.ticks - mark.ticks) < IDLE_TICKS) {
      if (Date.now() - since >= milliseconds) silent();
      return;
    }
    mark = now;
    since = Date.now();
  };
  const timer = setInterval(() => void look(), Math.min(LOOK_MILLISECONDS, Math.ceil(milliseconds / 4)));
  return () => clearInterval(timer);
};

/** Of a process and its descendants; null where it cannot be known. */
const activityOf = async (pid: number): Promise<Activity | null> => {
  try {
    const [io, stat, children] = await Promise.all(
      ['io', 'stat', `task/${pid}/children`].map((name) => readFile(`/proc/${pid}/${name}`, 'latin1')),
    );
    let bytes = 0;
    for (const [, count] of (io ?? '').matchAll(/^[rw]char: (\d+)$/gm)) bytes += Number(count);
    // After the name, which may hold anything: state is field 3, utime and stime are 14 and 15.
    const fields = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
    let ticks = Number(fields[11]) + Number(fields[12]);
    let ready = fields[0] === 'R';
    for (const child of (children ?? '').split(' ').filter((text) => text !== '')) {
      const below = await activityOf(Number(child));
      bytes += below?.bytes ?? 0;
      ticks += below?.ticks ?? 0;
      ready ||= below?.ready ?? false;
    }
    return { bytes, ticks, ready };
  } catch {
    return null;
  }
};
