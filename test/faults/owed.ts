import type { JobRecord, RepositoryRecord } from '../../core/contract/records.ts';
import type { SyncOptions } from '../../core/contract/sync-options.ts';
import { isPlan } from './plans.ts';
import type { Watch } from './watch.ts';

/** A user asks that a sync waits; it may be recorded until the call is over, whatever becomes of the call. */
interface Asked {
  readonly id: string;
  readonly options: Waiting;
  readonly from: number;
  until: number;
}

type Waiting = Pick<JobRecord['options'], 'branches' | 'full_reindex' | 'incremental'>;

/** What a sync that waits keeps of a request. */
export const waitingOptions = (options: SyncOptions): Waiting => ({
  branches: options.branches ?? ['current'],
  full_reindex: options.full_reindex,
  incremental: options.incremental && !options.full_reindex,
});

interface StoredFollowUp {
  readonly due_shard?: string;
  readonly registered?: string;
  readonly branches?: ReadonlySet<string>;
  readonly queued_job_id?: string;
  readonly full_reindex?: boolean;
  readonly smart?: boolean;
}

/** What has to be followed by a sync: pushes, and syncs that wait for another. And what such a sync may be. */
export class Owed {
  readonly #watch: Watch;
  readonly #pushes: { readonly id: string; readonly age: string; readonly branch: string; readonly at: number }[] = [];
  readonly #pushed = new Set<string>();
  readonly #asked: Asked[] = [];
  readonly #queued: {
    readonly id: string;
    readonly age: string;
    readonly job: string;
    readonly options: Waiting;
    readonly from: number;
  }[] = [];
  readonly #takenBack: { readonly id: string; readonly from: number; until: number }[] = [];

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  /** A push is told to the service. */
  pushMade({ repository_id: id, created_at: age }: RepositoryRecord, branch: string): void {
    this.#pushed.add(`${id} ${age} ${branch}`);
  }

  /** A push was taken: a sync of its branch has to follow. */
  pushTaken({ repository_id: id, created_at: age }: RepositoryRecord, branch: string, at: number): void {
    this.#pushes.push({ id, age, branch, at });
  }

  /** The returned function is called when nothing more can come of the request. */
  queueAsked(id: string, options: SyncOptions): () => void {
    const { now } = this.#watch;
    const asked: Asked = { id, options: waitingOptions(options), from: now, until: Number.POSITIVE_INFINITY };
    this.#asked.push(asked);
    return () => {
      asked.until = this.#watch.now;
    };
  }

  /** A user was told that a sync will begin under this id. */
  syncQueued(id: string, { job_id, repository_created_at: age }: JobRecord, options: SyncOptions, from: number): void {
    if (age !== undefined) this.#queued.push({ id, age, job: job_id, options: waitingOptions(options), from });
  }

  /** A user takes back what waits; the returned function is called when nothing more can come of the request. */
  takeBackAsked(id: string): () => void {
    const asked = { id, from: this.#watch.now, until: Number.POSITIVE_INFINITY };
    this.#takenBack.push(asked);
    return () => {
      asked.until = this.#watch.now;
    };
  }

  /** Whether what waited since a time may have been taken back. */
  #mayBeTakenBack(id: string, since: number): boolean {
    return this.#takenBack.some((asked) => asked.id === id && asked.until >= since);
  }

  /** Told of each write of what is owed, and of the jobs that the same transaction has claimed before. */
  followUpWritten(
    id: string,
    item: StoredFollowUp | undefined,
    before: StoredFollowUp | undefined,
    claimed: readonly JobRecord[],
  ): void {
    if (item?.due_shard !== undefined) this.#judgeAdded(id, item, before, claimed);
    else if (before?.due_shard !== undefined) this.#judgeSettled(id, before, claimed);
  }

  /** What is wanted was wanted by somebody. */
  #judgeAdded(
    id: string,
    item: StoredFollowUp,
    before: StoredFollowUp | undefined,
    claimed: readonly JobRecord[],
  ): void {
    const same = before?.due_shard !== undefined && before.registered === item.registered;
    const old = same ? before.branches : undefined;
    const age = String(item.registered);
    for (const branch of item.branches ?? [])
      if (old?.has(branch) !== true && !this.#isWanted(id, age, branch, claimed))
        this.#watch.say(`a sync of ${branch} is owed to ${id}, and nobody has asked for it`);
    if (item.full_reindex === true && (!same || before.full_reindex !== true) && !this.#asks(id, age, isFull))
      this.#watch.say(`a full reindex is owed to ${id}, and nobody has asked for it`);
    if (item.smart === true && (!same || before.smart !== true) && !this.#asks(id, age, isSmart))
      this.#watch.say(`a sync of ${id} that waits may read everything, and nobody has asked for it`);
  }

  #isWanted(id: string, age: string, branch: string, claimed: readonly JobRecord[]): boolean {
    // Of the schedule; and of a push that tells that HEAD has moved.
    if (branch === 'current' || this.#pushed.has(`${id} ${age} ${branch}`)) return true;
    if (this.#asks(id, age, ({ branches }) => branches.includes(branch))) return true;
    // What a sync had taken up that force replaces just now.
    if (claimed.length === 0) return false;
    return this.#watch
      .jobsOf(id)
      .some(
        ({ record }) =>
          record.status === 'cancelled' &&
          record.trigger !== 'api' &&
          record.repository_created_at === age &&
          record.options.branches.includes(branch),
      );
  }

  /** Whether such a request is, or was, under way while this repository was there. */
  #asks(id: string, age: string, which: (options: Waiting) => boolean): boolean {
    const since = this.#watch.firstSeen(id, age);
    return this.#asked.some((asked) => asked.id === id && asked.until >= since && which(asked.options));
  }

  /** It is dropped with its repository, or is the job that was claimed with it, as it was asked for. */
  #judgeSettled(id: string, owed: StoredFollowUp, claimed: readonly JobRecord[]): void {
    const job = claimed.find(({ repository_id }) => repository_id === id);
    if (job === undefined) {
      const isUsers = owed.queued_job_id !== undefined && !this.#isPushedTo(id, owed);
      if (isUsers && this.#mayBeTakenBack(id, this.#watch.now)) return;
      if (this.#watch.repository(id)?.created_at === owed.registered)
        this.#watch.say(`what was owed to ${id} was dropped`);
      return;
    }
    const { full_reindex = false, smart = false, queued_job_id } = owed;
    const wanted = JSON.stringify([[...(owed.branches ?? [])].sort(), full_reindex, !smart && !full_reindex, false]);
    const { options } = job;
    const found = [[...options.branches].sort(), options.full_reindex, options.incremental, isPlan(job)];
    if (JSON.stringify(found) !== wanted)
      this.#watch.say(`${job.job_id} is ${JSON.stringify(found)}, and ${wanted} was owed to ${id}`);
    if (queued_job_id !== undefined && job.job_id !== queued_job_id)
      this.#watch.say(`${job.job_id} began in place of ${queued_job_id}, which users were told of`);
  }

  #isPushedTo(id: string, { branches, registered }: StoredFollowUp): boolean {
    return this.#pushes.some(
      (push) => push.id === id && push.age === registered && branches?.has(push.branch) === true,
    );
  }

  judgeQueued(): void {
    for (const { id, age, job, options, from } of this.#queued) {
      if (this.#watch.repository(id)?.created_at !== age) continue;
      const found = this.#watch.jobs.get(job)?.record.options;
      if (found === undefined && this.#mayBeTakenBack(id, from)) continue;
      if (found === undefined) this.#watch.say(`${job} of ${id} was queued, and never began`);
      else if (
        !options.branches.every((branch) => found.branches.includes(branch)) ||
        (options.full_reindex && !found.full_reindex) ||
        (!options.incremental && found.incremental)
      )
        this.#watch.say(`${job} of ${id} is not what was queued: ${JSON.stringify([found, options])}`);
    }
  }

  judgePushes(): void {
    for (const { record } of this.#watch.jobs.values()) {
      if (record.trigger === 'push' && isPlan(record)) this.#watch.say(`${record.job_id} follows a push with a plan`);
      const { repository_id: id, repository_created_at: age } = record;
      for (const branch of record.trigger === 'push' ? record.options.branches : [])
        if (!this.#isWanted(id, String(age), branch, []))
          this.#watch.say(`${record.job_id} follows a push to ${branch}, which this repository had not`);
    }
    for (const { id, age, branch, at } of this.#pushes) {
      if (this.#watch.repository(id)?.created_at !== age) continue;
      const followed = this.#watch
        .jobsOf(id)
        .some(({ from, record }) => from >= at && !isPlan(record) && record.options.branches.includes(branch));
      if (!followed) this.#watch.say(`a push to ${branch} of ${id} at ${at} ms was taken, and no sync followed`);
    }
  }
}

const isFull = ({ full_reindex }: Waiting): boolean => full_reindex;
const isSmart = ({ full_reindex, incremental }: Waiting): boolean => !full_reindex && !incremental;
