import type { JobRecord, RepositoryRecord } from '../../core/contract/records.ts';
import type { Item } from './memory/expressions.ts';
import type { Process } from './process.ts';
import type { SeenJob } from './watch.ts';

/** A job that is only to tell what a sync would do. */
export const isPlan = ({ options }: Pick<JobRecord, 'options'>): boolean => options.dry_run === true;

/** Members of the repository that the claim of a plan may change: the end of the schedule's own job is folded in by any claim. */
const byClaim = new Set(['lock', 'fence', 'schedule_run']);
/** And those that its end may change; a cancellation raises the fence. */
const byEnd = new Set(['lock', 'fence']);
/** What its steps may: what is wrong with the index is noted by whoever looks at it. */
const byStep = new Set(['lock', 'fault']);

type Members = Readonly<Record<string, unknown>>;

/** The same for the same, in whatever order its members came. */
const text = (value: unknown): string =>
  JSON.stringify(value, (_, part) => {
    if (part instanceof Set) return [...part].sort();
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  }) ?? '';

/** Names of members that differ; of the generations `fault` where that alone does. */
const changed = (before: Members, after: Members): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => text(before[name]) !== text(after[name]))
    .map((name) =>
      name === 'generations' && text(withoutFaults(before[name])) === text(withoutFaults(after[name])) ? 'fault' : name,
    );

const withoutFaults = (generations: unknown): unknown =>
  Object.entries((generations ?? {}) as Record<string, object>).map(([number, made]) => [
    number,
    { ...made, fault: undefined },
  ]);

/** What a plan may change: nothing but itself, and the lock. */
export class Plans {
  readonly #jobs: ReadonlyMap<string, SeenJob>;
  readonly #say: (violation: string) => void;

  constructor(jobs: ReadonlyMap<string, SeenJob>, say: (violation: string) => void) {
    this.#jobs = jobs;
    this.#say = say;
  }

  is(job: string | undefined): boolean {
    const seen = job === undefined ? undefined : this.#jobs.get(job);
    return seen !== undefined && isPlan(seen.record);
  }

  get count(): number {
    return [...this.#jobs.values()].filter(({ record }) => isPlan(record)).length;
  }

  /** A step of a plan writes to the tables: of the repository the lock, else only what is its own. */
  judgeWrite(process: Process | null, key: Item, item: Item | undefined, before: Item | undefined): void {
    const job = process?.claim?.job_id;
    if (!this.is(job)) return;
    const kind = String(key.sk).replace(/#.*/, '');
    if (kind === 'JOB' || kind === 'BATCH' || kind === 'RESULT' || item?.delivery !== undefined) {
      const of = (item?.delivery as { readonly job_id?: string } | undefined)?.job_id ?? key.job_id;
      if (of !== job) this.#say(`the plan ${job} wrote ${text(key)}`);
      if (item?.generation_taken !== undefined) this.#say(`the plan ${job} took a generation`);
      return;
    }
    const found = changed(before ?? {}, item ?? {});
    // Its end brings forward what waits for it.
    const allowed = kind === 'REPOSITORY' ? byStep : new Set(kind === 'FOLLOW-UP' ? ['due_at'] : []);
    const wrong = found.filter((name) => !allowed.has(name));
    if (wrong.length > 0)
      this.#say(
        `the plan ${job} changed ${wrong.join()} of ${text(key)}: ${text(wrong.map((name) => [before?.[name], item?.[name]]))}`,
      );
  }

  /** Whoever makes it, the claim and the end of a plan leave all else as it was. */
  judgeRepository(before: RepositoryRecord, after: RepositoryRecord): void {
    const [held, holds] = [before.lock?.job_id, after.lock?.job_id];
    for (const id of [after.last_sync?.job_id, after.schedule_run?.job_id])
      if (this.is(id ?? undefined)) this.#say(`the plan ${id} stands for a sync of ${after.repository_id}`);
    if (held === holds) return;
    const allowed = this.is(holds) ? byClaim : this.is(held) && holds === undefined ? byEnd : null;
    const wrong = allowed === null ? [] : changed({ ...before }, { ...after }).filter((name) => !allowed.has(name));
    if (wrong.length > 0) this.#say(`the plan ${holds ?? held} changed ${wrong.join()} of ${after.repository_id}`);
  }

  /** A step of a plan puts an object. */
  judgeObject(process: Process, key: string): void {
    const { claim } = process;
    if (claim === null || !this.is(claim.job_id)) return;
    const own = ['jobs', 'packs'].some((room) =>
      key.startsWith(`repositories/${claim.repository_id}/${room}/${claim.job_id}/`),
    );
    if (!own) this.#say(`the plan ${claim.job_id} put ${key}`);
  }

  /** A step of a plan changes an index. What others have left goes with any job. */
  judgeIndex(process: Process, call: 'create' | 'put' | 'delete' | 'drop'): void {
    const { claim, name } = process;
    if (claim === null || !this.is(claim.job_id)) return;
    if (name === 'begin-sync' && (call === 'delete' || call === 'drop')) return;
    this.#say(`the plan ${claim.job_id} called ${call} of the index`);
  }

  /** It is no sync in any measure. */
  judgeMetrics(names: readonly string[], facts: Readonly<Record<string, string>>): void {
    const counted = names.filter((name) => /^(Syncs|SyncDuration|Files|Chunks|Incremental|Full)/.test(name));
    if (counted.length > 0 && this.is(facts.job_id))
      this.#say(`the plan ${facts.job_id} is counted as ${counted.join()}`);
  }

  /** At their ends. */
  judgeEnds(): void {
    for (const { record } of this.#jobs.values()) {
      if (!isPlan(record)) continue;
      const { job_id, status, plan } = record;
      const told = [record.counts, record.dropped_branches].some((part) => part != null);
      if (told) this.#say(`the plan ${job_id} tells what only a sync does`);
      if (status === 'completed_with_errors') this.#say(`the plan ${job_id} is ${status}`);
      if (status === 'completed' && plan?.exact !== true) this.#say(`the plan ${job_id} is not exact: ${text(plan)}`);
    }
  }
}
