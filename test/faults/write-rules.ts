import type { Lock } from '../../core/contract/records.ts';
import type { TerminalStatus } from '../../core/domain/job-status.ts';
import { terminalStatuses } from '../../core/domain/job-status.ts';
import type { Item } from './memory/expressions.ts';
import { tableNames } from './memory/memory-dynamodb.ts';
import type { Services } from './services.ts';

/** What a step may write only while its claim holds the lock. What batches tell of themselves is shown, and counts for nothing. */
const ofJobs = new Set(['JOB', 'RESULT', 'REPOSITORY']);

/** What makes an item whole: a write that should have found one must not make half of one. */
const wholes: Readonly<Record<string, string>> = {
  JOB: 'repository_id',
  REPOSITORY: 'owner',
  BATCH: 'batch',
  RESULT: 'batch',
  'FOLLOW-UP': 'version',
  IDEMPOTENCY: 'fingerprint',
  TOKENS: 'expires_at',
  PUSH: 'answer',
};

/** What is told to a webhook. */
interface Told {
  readonly delivery_id: string;
  readonly job_id: string;
  readonly status: string;
  readonly tries: number;
  readonly attempts: readonly unknown[];
  readonly event: { readonly type: string; readonly data: unknown };
}

const hasEnded = (job: Item): boolean => terminalStatuses.includes(job.status as TerminalStatus);

/** Judges each write to the tables by itself: who may make it, and which values never go back. */
export class WriteRules {
  readonly #services: Pick<Services, 'caller' | 'settings'>;
  readonly #say: (violation: string) => void;
  /** Locks as they were before the transaction that is being done. */
  readonly #locks = new Map<string, Lock | undefined>();
  readonly #written = new Map<string, Lock | undefined>();
  readonly #last = new Map<string, { readonly fence: number; readonly generation: number }>();
  /** Batches that are folded. */
  readonly #results = new Set<string>();
  /** Tens of progress that a job's webhook was told of. */
  readonly #told = new Map<string, number>();

  constructor(services: Pick<Services, 'caller' | 'settings'>, say: (violation: string) => void) {
    this.#services = services;
    this.#say = say;
  }

  transactionDone(): void {
    for (const [id, lock] of this.#written) this.#locks.set(id, lock);
    this.#written.clear();
  }

  judge(table: string, key: Item, item: Item | undefined, before: Item | undefined): void {
    const kind = String(key.sk).replace(/#.*/, '');
    const isBegun = kind === 'BATCH' && item !== undefined && before?.fence !== item.fence;
    if (ofJobs.has(kind) || isBegun) this.#judgeClaim(kind, key);
    const whole = wholes[kind];
    if (item !== undefined && whole !== undefined && item[whole] === undefined)
      this.#say(`half a ${kind} was made of ${JSON.stringify(key)}`);
    if (kind === 'RESULT') this.#results.add(`${String(key.job_id)} ${String(key.sk)}`);
    if (
      kind === 'BATCH' &&
      item !== undefined &&
      this.#results.has(`${String(key.job_id)} RESULT${String(key.sk).slice(5)}`)
    )
      this.#say(`${String(key.sk)} of ${String(key.job_id)} was worked on again`);
    if (table === tableNames.repositories && kind === 'REPOSITORY' && item !== undefined)
      this.#judgeFence(item, before);
    if (table === tableNames.repositories && kind === 'REPOSITORY')
      this.#written.set(String(key.repository_id), item?.lock as Lock | undefined);
    if (table === tableNames.repositories && kind === 'REPOSITORIES') this.#judgeOwned(key, item);
    if (kind === 'FOLLOW-UP' && item !== undefined) this.#judgeFollowUp(item, before);
    if (kind === 'TOKENS') this.#judgeTokens(key, item);
    if (kind === 'JOB' && item !== undefined) this.#judgeJob(item, before);
    const delivery = item?.delivery as Told | undefined;
    if (delivery !== undefined && before?.delivery !== undefined) this.#judgeTry(delivery, before.delivery as Told);
    if (delivery?.event.type === 'sync.progress' && before === undefined) this.#judgeProgress(delivery);
  }

  /** Every write of a job is made under the lock's fence. */
  #judgeClaim(kind: string, key: Item): void {
    const { process } = this.#services.caller;
    if (process?.claim == null) return;
    const { repository_id, job_id, fence } = process.claim;
    const lock = this.#locks.get(repository_id);
    if (lock?.job_id === job_id && lock.fence === fence) return;
    const what = `${kind} of ${String(key.job_id ?? key.repository_id)}`;
    this.#say(
      `${process.name} of ${job_id} under the fence ${fence} wrote ${what}; the lock is ${JSON.stringify(lock)}`,
    );
  }

  /** A fence is given once under an id, whatever comes and goes; so is a generation's number. */
  #judgeFence(item: Item, before: Item | undefined): void {
    const id = String(item.repository_id);
    const [fence, generation] = [Number(item.fence), Number(item.generation)];
    const last = this.#last.get(id) ?? { fence: 0, generation: 0 };
    if (fence < last.fence) this.#say(`the fence of ${id} went from ${last.fence} to ${fence}`);
    if (generation < last.generation)
      this.#say(`the generation of ${id} went from ${last.generation} to ${generation}`);
    const [run, runBefore] = [item.schedule_run, before?.schedule_run] as ({ readonly at: string } | undefined)[];
    if (run !== undefined && run.at < String(runBefore?.at ?? item.created_at))
      this.#say(`the schedule of ${id} ran at ${run.at}, after which more had been`);
    const [lock, earlier] = [item.lock, before?.lock] as (Lock | undefined)[];
    if (lock !== undefined && lock.fence !== earlier?.fence && fence <= last.fence)
      this.#say(`the fence ${fence} of ${id} was given a second time`);
    const dropped = this.#services.caller.process?.claim === null && item.branches !== before?.branches;
    if (
      dropped &&
      before !== undefined &&
      fence <= last.fence &&
      JSON.stringify(item.branches) !== JSON.stringify(before.branches)
    )
      this.#say(`branches of ${id} changed under the fence ${fence}, which others hold`);
    this.#last.set(id, { fence: Math.max(fence, last.fence), generation: Math.max(generation, last.generation) });
  }

  #judgeJob(item: Item, before: Item | undefined): void {
    const id = String(item.job_id);
    const filesDone = Number(item.files_from_diff) + Number(item.files_from_batches);
    if (item.files_total !== null && filesDone > Number(item.files_total))
      this.#say(`${id} has done ${filesDone} of ${Number(item.files_total)} files`);
    if (before === undefined) return;
    if (hasEnded(before) && JSON.stringify(before) !== JSON.stringify(item))
      this.#say(`${id} had ended as ${String(before.status)}, and was written to`);
    if (before.started_at !== null && item.started_at !== before.started_at) this.#say(`${id} was begun a second time`);
    if (before.generation_taken !== undefined && item.generation_taken !== before.generation_taken)
      this.#say(`${id} took a second generation`);
  }

  /** It is owed, with all that makes it so, or only its version is left. */
  #judgeFollowUp(item: Item, before: Item | undefined): void {
    const owed = item.due_shard !== undefined;
    const isQueued = item.queued_by !== undefined;
    if (isQueued !== (item.queued_job_id !== undefined)) this.#say(`${String(item.job_id)} is queued by halves`);
    if (owed !== (item.due_at !== undefined) || owed !== (isQueued || item.requested_by !== undefined))
      this.#say(`${String(item.job_id)} is owed by halves`);
    if (owed === (item.expires_at !== undefined))
      this.#say(`${String(item.job_id)} expires while it is owed, or never`);
    if (Number(item.version) < Number(before?.version ?? 0) || item.version === undefined)
      this.#say(`${String(item.job_id)} went back to version ${String(item.version)}`);
  }

  /** What came of a try is kept, and no other try's answer takes its place. */
  #judgeTry(delivery: Told, before: Told): void {
    const isTried = JSON.stringify(delivery.attempts) !== JSON.stringify(before.attempts);
    if (delivery.tries !== before.tries + (isTried ? 1 : 0))
      this.#say(`${delivery.delivery_id} was tried ${before.tries} times, and then ${delivery.tries}`);
    if (isTried && before.status !== 'pending')
      this.#say(`${delivery.delivery_id} was ${before.status}, and is ${delivery.status} by another try`);
  }

  #judgeProgress({ job_id, event }: Told): void {
    const { progress } = event.data as { progress: { percentage: number } };
    const tens = Math.floor(progress.percentage / 10);
    const told = this.#told.get(job_id) ?? 0;
    if (tens <= told) this.#say(`${job_id} told of ${tens}0 % after ${told}0 %`);
    this.#told.set(job_id, tens);
  }

  #judgeOwned(key: Item, item: Item | undefined): void {
    const owned = Number(item?.repositories ?? 0);
    const { repositories: limit } = this.#services.settings.quotas;
    if (owned < 0 || owned > limit) this.#say(`${String(key.repository_id)} is ${owned}, of ${limit}`);
  }

  #judgeTokens(key: Item, item: Item | undefined): void {
    const taken = Number(item?.tokens ?? 0);
    const { tokensPerDay: limit } = this.#services.settings.quotas;
    if (taken < 0 || taken > limit) this.#say(`${String(key.job_id)} is ${taken} tokens, of ${limit}`);
  }
}
