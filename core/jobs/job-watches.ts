import type { JobId, UserId } from '../contract/ids.ts';
import { allows, roleOf } from '../domain/access.ts';
import { isTerminal } from '../domain/job-status.ts';
import type { JobView } from '../ports/jobs.ts';
import type { Runtime } from '../ports/runtime.ts';
import { isJobOf } from './job-access.ts';
import { type JobState, jobState } from './job-state.ts';
import { lookAtJob } from './look-at-job.ts';

type Deps = Pick<Runtime, 'jobs' | 'repositories' | 'followUps' | 'clock'>;

/** Anyone who looks at a job: gets its newest state, or null when there is nothing more to see. */
export interface Watcher {
  readonly user: UserId;
  see(state: JobState | null): void;
}

/** How often a job that is watched is read, however many watch. */
const READ_MILLISECONDS = 1_000;
/** After so many reads it is asked again who may look: half a minute. */
const READS_AN_ACCESS_CHECK = 30;
/** Reads in a row that may fail, before watchers are sent away, to come again later. */
const MOST_FAILURES = 5;

/**
 * The watchers of one job in this process, and the one timer that reads it for them all: 500 of them cost a read a second,
 * as one does. It stops with the last of them.
 */
class SharedWatch {
  readonly #deps: Deps;
  readonly #id: JobId;
  readonly #watchers = new Set<Watcher>();
  readonly #onEnd: () => void;
  #stop: (() => void) | null = null;
  #reads = 0;
  #failures = 0;

  constructor(deps: Deps, id: JobId, onEnd: () => void) {
    this.#deps = deps;
    this.#id = id;
    this.#onEnd = onEnd;
  }

  add(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    this.#stop ??= this.#deps.clock.every(READ_MILLISECONDS, () => this.#look());
    return () => this.#remove(watcher);
  }

  #remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) return;
    this.#stop?.();
    this.#stop = null;
    this.#onEnd();
  }

  async #look(): Promise<void> {
    try {
      const view = await lookAtJob(this.#deps)(this.#id);
      this.#reads += 1;
      if (view === null) return this.#tell(null);
      if (this.#reads % READS_AN_ACCESS_CHECK === 0) await this.#dismissStrangers(view);
      const state = await jobState(view, this.#deps.clock.now());
      this.#failures = 0;
      this.#tell(state);
    } catch {
      // Each watcher asks again, and is then told what is wrong.
      this.#failures += 1;
      if (this.#failures >= MOST_FAILURES) this.#tell(null);
    }
  }

  #tell(state: JobState | null): void {
    for (const watcher of [...this.#watchers]) watcher.see(state);
    if (state === null || isTerminal(state.job.status))
      for (const watcher of [...this.#watchers]) this.#remove(watcher);
  }

  /** Who has lost the role meanwhile sees no more. */
  async #dismissStrangers({ job }: JobView): Promise<void> {
    const repository = await this.#deps.repositories.get(job.repository_id);
    for (const watcher of [...this.#watchers]) {
      const role = repository === null || !isJobOf(repository, job) ? null : roleOf(repository, watcher.user);
      if (role !== null && allows(role, 'read')) continue;
      watcher.see(null);
      this.#remove(watcher);
    }
  }
}

/** All functions of a process that look at jobs by the same port share these. */
const watches = new WeakMap<Runtime['jobs'], Map<JobId, SharedWatch>>();

/** Has a watcher told each state that is read from now on; the answer ends that. */
export const joinWatch = (deps: Deps, id: JobId, watcher: Watcher): (() => void) => {
  const open = watches.get(deps.jobs) ?? new Map<JobId, SharedWatch>();
  watches.set(deps.jobs, open);
  const known = open.get(id);
  if (known !== undefined) return known.add(watcher);
  const made: SharedWatch = new SharedWatch(deps, id, () => {
    if (open.get(id) === made) open.delete(id);
  });
  open.set(id, made);
  return made.add(watcher);
};
