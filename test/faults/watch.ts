import type { JobRecord, RepositoryRecord } from '../../core/contract/records.ts';
import { roleOf } from '../../core/domain/access.ts';
import { isTerminal } from '../../core/domain/job-status.ts';
import { languageOf } from '../../core/domain/languages.ts';
import type { SearchOutcome } from '../../core/search/search.ts';
import { tableNames } from './memory/memory-dynamodb.ts';
import { Owed } from './owed.ts';
import { Plans } from './plans.ts';
import type { Process } from './process.ts';
import { type Committed, expectedHits, judgePublished } from './published.ts';
import type { Source } from './truth.ts';
import type { World } from './world.ts';
import { WriteRules } from './write-rules.ts';

/** A repository as it was from a moment on; null: there was none. */
interface State {
  readonly from: number;
  readonly record: RepositoryRecord | null;
  readonly committed: ReadonlyMap<string, Committed>;
}

export interface SeenJob {
  readonly record: JobRecord;
  /** When it was first seen, in virtual milliseconds. */
  readonly from: number;
  /** Every status in which it was seen, in their order. */
  readonly statuses: readonly string[];
  /** When it was first seen to have ended; null: it has not. */
  readonly ended: number | null;
}

export interface Look {
  readonly id: string;
  readonly user: string;
  readonly branch: string;
  readonly language: boolean;
  readonly from: number;
  readonly name: string;
  readonly outcome: SearchOutcome;
}

/** Sees every write to the tables as it is made, keeps what was true when, and says what must not have been. */
export class Watch {
  readonly violations: string[] = [];
  readonly jobs = new Map<string, SeenJob>();
  /** Types of events by their job and their delivery's id. */
  readonly events = new Map<string, Map<string, string>>();
  readonly owed = new Owed(this);
  readonly plans = new Plans(this.jobs, (violation) => this.say(violation));
  readonly #world: World;
  readonly #sources: ReadonlyMap<string, Source>;
  readonly #states = new Map<string, State[]>();
  readonly #keys = new Map<string, string>();
  readonly #changed = new Set<string>();
  /** Jobs that the transaction which is being done has made. */
  #claimed: readonly JobRecord[] = [];
  /** Repositories as it has found them, and as it leaves them. */
  #pairs: readonly [RepositoryRecord, RepositoryRecord][] = [];
  /** With how many sendings there had been before. */
  readonly #redeliveries: { readonly delivery: string; readonly sent: number }[] = [];
  /** Removals that are not settled, or were too early for one who was at work then: by their items, the repository and who that was. */
  readonly #removals = new Map<string, { readonly id: string; readonly workers: readonly Process[] }>();
  /** Repositories whose index was lost. */
  readonly indexLost = new Set<string>();
  /** Looks that found something. */
  looks = 0;

  constructor(world: World, sources: ReadonlyMap<string, Source>) {
    this.#world = world;
    this.#sources = sources;
    const rules = new WriteRules(world.services, (violation) => this.say(violation));
    world.services.database.onWrite = (table, key, item, before) => {
      rules.judge(table, key, item, before);
      this.plans.judgeWrite(world.services.caller.process, key, item, before);
      if (table === tableNames.repositories && key.sk === 'REPOSITORY')
        this.#repositoryWritten(String(key.repository_id), (item as RepositoryRecord | undefined) ?? null);
      else if (key.sk === 'REMOVAL') this.#removalWritten(String(key.job_id), item === undefined, before === undefined);
      else if (key.sk === 'JOB' && item !== undefined) this.#jobWritten(item as unknown as JobRecord);
      else if (key.sk === 'FOLLOW-UP')
        this.owed.followUpWritten(String(key.job_id).split('#')[1] as string, item, before, this.#claimed);
      else if (item?.delivery !== undefined) this.#eventWritten(item.delivery as Delivered);
    };
    world.simulation.afterEach = () => {
      this.#judgeLocks();
      this.#judgeManifests();
      rules.transactionDone();
      for (const [found, left] of this.#pairs) {
        this.plans.judgeRepository(found, left);
        this.#judgeTold(found, left);
      }
      this.#claimed = [];
      this.#pairs = [];
    };
    world.services.seen = {
      object: (process, key) => this.plans.judgeObject(process, key),
      index: (process, call) => this.plans.judgeIndex(process, call),
      metrics: (names, facts) => this.plans.judgeMetrics(names, facts),
    };
  }

  say(violation: string): void {
    if (this.violations.length < 20) this.violations.push(`${this.#world.simulation.milliseconds} ms: ${violation}`);
  }

  /** Virtual milliseconds. */
  get now(): number {
    return this.#world.simulation.milliseconds;
  }

  /** Since when there is, or was, the repository of that age under the id. */
  firstSeen(id: string, age: string): number {
    const first = this.#states.get(id)?.find(({ record }) => record?.created_at === age);
    return first?.from ?? Number.POSITIVE_INFINITY;
  }

  repository(id: string): RepositoryRecord | null {
    return this.#states.get(id)?.at(-1)?.record ?? null;
  }

  committed(id: string): ReadonlyMap<string, Committed> {
    return this.#states.get(id)?.at(-1)?.committed ?? new Map();
  }

  /**
   * Whether somebody who worked when the repository of this id was removed may have written something after all was cleared for the second time: who
   * stands still for longer than that.
   */
  isUncleared(id: string): boolean {
    return [...this.#removals.values()].some((removal) => removal.id === id);
  }

  jobsOf(id: string): readonly SeenJob[] {
    return [...this.jobs.values()].filter(({ record }) => record.repository_id === id);
  }

  newestJob(id: string): string | undefined {
    return this.jobsOf(id).at(-1)?.record.job_id;
  }

  /** A user was told that the branch is out of the index. */
  branchDropped(id: string, branch: string): void {
    if (this.repository(id)?.branches[branch] !== undefined) this.say(`${branch} of ${id} was dropped, and is there`);
  }

  /** A user was told that the event will be sent again. */
  redeliveryTaken(delivery: string): void {
    this.#redeliveries.push({ delivery, sent: this.#world.services.received.length });
  }

  redeliveries(delivery: string): number {
    return this.#redeliveries.filter((each) => each.delivery === delivery).length;
  }

  judgeRedeliveries(): void {
    const { received } = this.#world.services;
    for (const { delivery, sent } of this.#redeliveries)
      if (!received.slice(sent).some(({ id }) => id === delivery))
        this.say(`${delivery} was wanted again, and never came`);
  }

  /** A request with an idempotency key was accepted, not replayed. */
  acceptedUnder(id: string, key: string, job: string): void {
    // A repository of the same name is another one, and a day later the key may be used again.
    const name = `${id} ${this.repository(id)?.created_at} ${key} ${this.jobs.get(job)?.record.created_at.slice(0, 10)}`;
    const before = this.#keys.get(name);
    if (before !== undefined) this.say(`${job} was accepted under the key of ${before}`);
    this.#keys.set(name, job);
  }

  #repositoryWritten(id: string, record: RepositoryRecord | null): void {
    const states = this.#states.get(id) ?? [];
    this.#states.set(id, states);
    const last = states.at(-1);
    const committed = new Map<string, Committed>();
    for (const [branch, pointer] of Object.entries(record?.branches ?? {})) {
      const before = last?.committed.get(branch);
      const same =
        before?.pointer.manifest_key === pointer.manifest_key && last?.record?.created_at === record?.created_at;
      committed.set(
        branch,
        same && before !== undefined ? before : this.#judgePublished(id, branch, record as RepositoryRecord),
      );
    }
    states.push({ from: this.#world.simulation.milliseconds, record, committed });
    if (last?.record != null && record?.created_at === last.record.created_at) {
      this.#pairs = [...this.#pairs, [last.record, record]];
      const gone = Object.keys(last.record.branches).filter((branch) => !Object.hasOwn(record.branches, branch));
      const owner = last.record.lock?.fence;
      if (gone.length > 0 && owner !== undefined && record.lock?.fence === owner)
        this.say(`${gone.join()} of ${id} went while ${last.record.lock?.job_id} had the lock`);
    }
    this.#changed.add(id);
  }

  #removalWritten(key: string, isSettled: boolean, isNew: boolean): void {
    const { running, hanging } = this.#world;
    if (isNew)
      this.#removals.set(key, { id: key.split('#')[1] as string, workers: running.filter(({ claim }) => claim) });
    const workers = this.#removals.get(key)?.workers ?? [];
    // A call may come long after its process has died.
    if (isSettled && hanging === 0 && !workers.some((worker) => running.includes(worker))) this.#removals.delete(key);
  }

  #judgePublished(id: string, branch: string, record: RepositoryRecord): Committed {
    const { url } = record.source;
    const remote = record.branches[branch]?.remote;
    const read = remote === undefined ? url : this.#world.services.remotes.get(url)?.get(remote);
    return judgePublished(this.#world.services, this.#sources.get(read ?? ''), record, branch, (violation) =>
      this.say(`${id}, ${branch}: ${violation}`),
    );
  }

  #jobWritten(record: JobRecord): void {
    const before = this.jobs.get(record.job_id);
    const { simulation } = this.#world;
    const statuses = before?.statuses ?? [];
    if (before === undefined) {
      this.#claimed = [...this.#claimed, record];
      // What a scenario begins with has ended, and its repository may be gone.
      if (!isTerminal(record.status)) this.#judgeAsker(record);
    }
    if (before !== undefined && isTerminal(before.record.status) && before.record.status !== record.status)
      this.say(`${record.job_id} had ended as ${before.record.status} and became ${record.status}`);
    if (before !== undefined && record.fence < before.record.fence) this.say(`the fence of ${record.job_id} went back`);
    this.jobs.set(record.job_id, {
      record,
      from: before?.from ?? simulation.milliseconds,
      ended: before?.ended ?? (isTerminal(record.status) ? simulation.milliseconds : null),
      statuses: statuses.at(-1) === record.status ? statuses : [...statuses, record.status],
    });
    this.#changed.add(record.repository_id);
    const { head } = record.current ?? { head: null };
    // Once: what a look found stays in the record.
    if (head === null || before?.record.current?.head === head) return;
    // Where a folder is on no branch that is there, its remote's HEAD counts.
    const read = [this.repository(record.repository_id)?.source.url, record.source?.url]
      .map((url) => this.#sources.get(url ?? ''))
      .filter((source) => source !== undefined);
    if (!read.some((source) => source.headsSince(before?.from ?? simulation.milliseconds).has(head)))
      this.say(`${record.job_id} takes ${head} for what HEAD names`);
  }

  /** What a job tells of its branches is what it has published. */
  #judgeTold({ lock }: RepositoryRecord, { repository_id, branches }: RepositoryRecord): void {
    const ended = this.jobs.get(lock?.job_id ?? '')?.record;
    const isPublished = ended?.status === 'completed' || ended?.status === 'completed_with_errors';
    if (ended === undefined || !isPublished || this.plans.is(ended.job_id)) return;
    for (const { name, commit } of ended.branches ?? [])
      if (commit !== null && branches[name]?.commit !== commit)
        this.say(`${ended.job_id} tells ${commit} of ${name}, and ${repository_id} has ${branches[name]?.commit}`);
  }

  /** No guest of these histories may write: who asks for a sync owns the repository that it is of. */
  #judgeAsker({ job_id, repository_id, requested_by, trigger }: JobRecord): void {
    const owner = this.repository(repository_id)?.owner;
    if (
      (trigger === 'api' || trigger === 'retry') &&
      owner !== requested_by &&
      !this.#isGranted(repository_id, requested_by)
    )
      this.say(`${job_id} of ${repository_id} was asked for by ${requested_by}, who may not; it is ${owner}'s`);
  }

  #isGranted(id: string, user: string): boolean {
    const grants: Readonly<Record<string, string>> = this.repository(id)?.grants ?? {};
    return grants[user] === 'write';
  }

  #eventWritten({ delivery_id, job_id, event }: Delivered): void {
    const events = this.events.get(job_id) ?? new Map<string, string>();
    this.events.set(job_id, events.set(delivery_id, event.type));
  }

  /** After each transaction: who has the lock has not ended, and who has not ended has the lock. */
  #judgeLocks(): void {
    for (const id of this.#changed) {
      const record = this.repository(id);
      const unfinished = this.jobsOf(id).filter((job) => !isTerminal(job.record.status));
      for (const { record: job } of unfinished)
        if (
          job.repository_created_at !== undefined &&
          record !== null &&
          job.repository_created_at !== record.created_at
        )
          this.say(`${job.job_id} was claimed for another repository than ${id} is now`);
      for (const { record: job } of unfinished)
        if (record?.lock?.job_id !== job.job_id || record.lock.fence !== job.fence)
          this.say(
            `${job.job_id} is ${job.status} under the fence ${job.fence}, but the lock of ${id} is ${JSON.stringify(record?.lock)}`,
          );
      if (record?.lock !== undefined && unfinished.length === 0)
        this.say(`the lock of ${id} is that of ${record.lock.job_id}, which has ended or is not there`);
    }
    this.#changed.clear();
  }

  /** At every moment: what a branch's root names is there, whatever a worker removes that has lost its job. */
  #judgeManifests(): void {
    const { objects } = this.#world.services;
    for (const [id, states] of this.#states)
      for (const [branch, { objects: keys }] of states.at(-1)?.committed ?? [])
        for (const key of keys) if (!objects.has(key)) this.say(`${key}, which ${branch} of ${id} needs, is gone`);
  }

  /** A look shows one commit that was committed while it was made, whole, and nothing else. */
  judgeLook({ id, user, branch, language, from, name, outcome }: Look): void {
    const states = this.#states.get(id) ?? [];
    const during = states.filter((_, at) => (states[at + 1]?.from ?? Number.POSITIVE_INFINITY) >= from);
    const first = states[0];
    const isShown = ({ record }: State): boolean => record !== null && roleOf(record, user) !== null;
    const absent = first === undefined || first.from > from || !during.every(isShown);
    if (outcome.kind === 'not-found') {
      if (!absent) this.say(`${name} did not find ${id}, which was there`);
      return;
    }
    if (outcome.kind === 'not-indexed') {
      if (!absent && !during.some(({ committed }) => !committed.has(branch)))
        this.say(`${name} found no index of ${branch} in ${id}, which was there`);
      return;
    }
    // Another owner has registered the id meanwhile.
    if (outcome.kind === 'forbidden') return;
    if (outcome.kind !== 'found') {
      this.say(`${name} ended as ${outcome.kind}`);
      return;
    }
    this.looks += 1;
    if (!during.some(isShown)) this.say(`${name} showed ${id} to ${user}, who may not see it`);
    const { results, indexed_commit } = outcome.answer;
    const found = results.map(({ path, start_line, snippet }) => `${path}:${start_line} ${snippet}`).sort();
    const candidates = during.flatMap(({ committed }) => committed.get(branch) ?? []);
    const atCommit = candidates.filter(({ pointer }) => pointer.commit === indexed_commit);
    const wanted = atCommit.map((one) =>
      expectedHits(one)
        .filter(({ path }) => !language || languageOf(path) === 'typescript')
        .map(({ hit }) => hit)
        .sort(),
    );
    if (wanted.some((hits) => JSON.stringify(hits) === JSON.stringify(found))) return;
    const commits = candidates.map(({ pointer }) => pointer.commit.slice(0, 8)).join(', ');
    this.say(
      `${name} of ${branch} in ${id} shows ${JSON.stringify(found)} at ${indexed_commit.slice(0, 8)}, where ${JSON.stringify(wanted.at(-1))} is right (committed were: ${commits})`,
    );
  }
}

interface Delivered {
  readonly delivery_id: string;
  readonly job_id: string;
  readonly event: { readonly type: string };
}
