import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTokenIssuer } from '../../../local/token-issuer.ts';
import { processesOf } from '../../support/processes-of.ts';
import { type ServiceProcess, startService } from '../../support/service-process.ts';
import { mountSmallDisk, noSmallDisk, type SmallDisk } from '../../support/small-disk.ts';
import { type DiskName, disks } from './real-history.ts';

/** Why some faults cannot be made here; null: all can. */
export const noDiskFaults = noSmallDisk;

const DISK_SIZE = '300m';
const compileCache = join(tmpdir(), 'real-histories-compile-cache');
const preload = new URL('./crash-switch.ts', import.meta.url).href;

/** A sync that was asked for starts git within so long. */
const GIT_MILLISECONDS = 2_000;

/** As long as an orderly end may take on a machine that others use too. */
const LONGEST_MILLISECONDS = 90_000;

/** The service as its user starts it: a tree of processes with a directory of its own. It can be ended in every way, and started again. */
export class RealService {
  readonly place: string;
  readonly dataDir: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #disks = new Map<DiskName, SmallDisk>();
  readonly #tokens = new Map<string, string>();
  #process: ServiceProcess | null = null;
  /** What it said on stderr. */
  readonly complaints: string[] = [];
  /** Whether the index was ever put back from an older copy. */
  isIndexOlder = false;

  constructor(place: string, environment: NodeJS.ProcessEnv) {
    this.place = place;
    this.dataDir = join(place, 'data');
    this.#environment = {
      LOG_LEVEL: 'error',
      ...environment,
      CRASH_SWITCH: join(place, 'switch'),
      NODE_OPTIONS: `--import=${preload}`,
      // A history starts it several times.
      NODE_COMPILE_CACHE: compileCache,
    };
  }

  get isUp(): boolean {
    return this.#process !== null && this.#process.child.exitCode === null && this.#process.child.signalCode === null;
  }

  get running(): ServiceProcess {
    if (this.#process === null) throw new Error('the service has not been started');
    return this.#process;
  }

  token(user: string): string {
    return this.#tokens.get(user) ?? '';
  }

  async prepare(): Promise<void> {
    await mkdir(this.dataDir, { mode: 0o700 });
    for (const name of disks)
      if (noDiskFaults === null) this.#disks.set(name, mountSmallDisk(join(this.dataDir, name), DISK_SIZE));
  }

  async start(users: readonly string[]): Promise<void> {
    // A campaign that is told to stop plays what it has begun to its end.
    this.#process = await startService(this.dataDir, this.#environment, { detached: true });
    const service = this.#process;
    service.child.stderr?.on('data', (data) => this.complaints.push(String(data)));
    if (this.#tokens.size > 0) return;
    const issuer = await openTokenIssuer(this.dataDir);
    for (const user of users) this.#tokens.set(user, await issuer.issue(user));
  }

  /** Ends it without a word, and all that it has started. */
  async killTree(): Promise<void> {
    for (const { pid } of await processesOf(this.dataDir)) killed(pid);
    await this.running.kill();
  }

  async kill(): Promise<void> {
    await this.running.kill();
  }

  /** Whether there was one. */
  async killGit(): Promise<boolean> {
    for (const until = Date.now() + GIT_MILLISECONDS; Date.now() < until; ) {
      const found = (await processesOf(this.dataDir)).find(({ command }) => /^git |\/git /.test(command));
      if (found !== undefined) return killed(found.pid);
      await sleep(5);
    }
    return false;
  }

  /** Whether a thread took it. */
  async crash(kind: 'worker' | 'index'): Promise<boolean> {
    const path = join(this.place, `switch-${kind}`);
    await writeFile(path, '');
    for (let look = 0; look < 500 && existsSync(path); look++) await sleep(20);
    const taken = !existsSync(path);
    await rm(path, { force: true });
    return taken;
  }

  /** SIGTERM, and what it ended with; null: it did not. */
  async terminate(): Promise<number | null> {
    const ended = await Promise.race([
      this.running.terminate(),
      sleep(LONGEST_MILLISECONDS, 'late' as const, { ref: false }),
    ]);
    if (ended !== 'late') return ended;
    await this.killTree();
    return null;
  }

  /** It ends by itself within that time. */
  async ends(milliseconds: number): Promise<boolean> {
    for (const until = Date.now() + milliseconds; Date.now() < until; await sleep(20)) if (!this.isUp) return true;
    return false;
  }

  /** While it is down: keeps a copy of the index, if there is none. */
  async copyIndex(): Promise<void> {
    const copy = join(this.place, 'index-copy');
    if (!existsSync(copy)) await cp(join(this.dataDir, 'index'), copy, { recursive: true });
  }

  /** While it is down: puts that copy back. */
  async restoreIndex(): Promise<void> {
    const index = join(this.dataDir, 'index');
    for (const name of await readdir(index)) await rm(join(index, name), { recursive: true });
    await cp(join(this.place, 'index-copy'), index, { recursive: true });
    this.isIndexOlder = true;
  }

  fill(name: DiskName): void {
    this.#disks.get(name)?.shrink();
  }

  readOnly(name: DiskName): void {
    // A file that is open for writing keeps a disk from it, as with the database.
    try {
      this.#disks.get(name)?.remount('ro');
    } catch {
      this.fill(name);
    }
  }

  freeDisks(): void {
    for (const disk of this.#disks.values()) disk.remount('rw', `size=${DISK_SIZE}`);
  }

  async remove(): Promise<void> {
    if (this.#process !== null) await this.killTree();
    for (const disk of this.#disks.values()) disk.unmount();
    await rm(this.place, { recursive: true, force: true, maxRetries: 5 });
  }
}

const killed = (pid: number): boolean => {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
};
