import { beforeEach } from 'vitest';
import type { Delivery, DeliveryAttempt } from '../../../core/contract/events.ts';
import type { RepositoryId } from '../../../core/contract/ids.ts';
import type { JobRecord, RepositoryRecord } from '../../../core/contract/records.ts';
import type { JobRef } from '../../../core/contract/workflow-state.ts';
import type { Batches } from '../../../core/ports/batches.ts';
import type { JobEnds } from '../../../core/ports/job-ends.ts';
import type { Jobs } from '../../../core/ports/jobs.ts';
import type { Outbox } from '../../../core/ports/outbox.ts';
import type { RepositoryStore } from '../../../core/ports/repository-store.ts';
import type { RunningJobs } from '../../../core/ports/running-jobs.ts';
import type { SyncClaims } from '../../../core/ports/sync-claims.ts';
import { refOf } from '../../../core/sync/execution.ts';
import { jobAnswer } from '../../../core/sync/job-answer.ts';
import { aJob, aRepository } from '../../support/sync-records.ts';

/** The ports of jobs, over one state: what one writes, the others see. */
export interface JobPorts {
  readonly repositories: RepositoryStore;
  readonly jobs: Jobs;
  readonly claims: SyncClaims;
  readonly running: RunningJobs;
  readonly batches: Batches;
  readonly ends: JobEnds;
  readonly outbox: Outbox;
  /** Everything that is stored, in a comparable form. */
  snapshot(): Promise<unknown>;
}

export const at = (second: number): Date => new Date(Date.UTC(2026, 0, 2, 0, 0, second));
export const recipe = { embedder_id: 'hash-512', dimensions: 512, chunker_version: 'c1' };
export const hook = 'https://hooks.example/sync';

/** Ports over new, empty state for each test, and what brings a job to where a test begins. */
export const setUpJobs = (make: () => Promise<JobPorts>) => {
  const under = {} as JobPorts;
  beforeEach(async () => {
    Object.assign(under, await make());
  });

  const register = async (parts: Partial<RepositoryRecord> = {}): Promise<RepositoryRecord> => {
    const repository = aRepository(parts);
    await under.repositories.create(repository);
    return repository;
  };
  const repositoryOf = async ({ repository_id }: Pick<JobRef, 'repository_id'>): Promise<RepositoryRecord> => {
    const repository = await under.repositories.get(repository_id);
    if (repository === null) throw new Error('the repository is gone');
    return repository;
  };
  const jobOf = async ({ job_id }: Pick<JobRef, 'job_id'>): Promise<JobRecord> => {
    const view = await under.jobs.get(job_id);
    if (view === null) throw new Error('the job is gone');
    return view.job;
  };
  const claim = async (
    repository: Pick<RepositoryRecord, 'repository_id'>,
    parts: { force?: boolean; clearIndex?: boolean; job?: Partial<JobRecord> } = {},
  ): Promise<JobRecord> => {
    const { force = false, clearIndex = false, job = {} } = parts;
    const outcome = await under.claims.claim({ job: aJob(repository.repository_id, job), force, clearIndex });
    if (outcome.kind !== 'claimed') throw new Error(`the claim is ${outcome.kind}`);
    return outcome.job;
  };
  const begun = async (parts: Partial<RepositoryRecord> = {}, job: Partial<JobRecord> = {}): Promise<JobRef> => {
    const ref = refOf(await claim(await register(parts), { job }));
    await under.running.begin(ref, at(1));
    return ref;
  };
  const unfinished = async (): Promise<string[]> => {
    const ids: string[] = [];
    for await (const job of under.jobs.unfinished()) ids.push(job.job_id);
    return ids.sort();
  };
  return { under, register, repositoryOf, jobOf, claim, begun, unfinished };
};

/** The same for jobs that have a webhook, with what it is told. */
export const setUpJobsWithWebhook = (make: () => Promise<JobPorts>) => {
  const { under, register, claim: claimPlain } = setUpJobs(make);
  const claim = async (
    repository: Pick<RepositoryRecord, 'repository_id'>,
    { url = hook as string | null, force = false, second = 0 } = {},
  ): Promise<JobRef> => {
    const { options } = aJob(repository.repository_id);
    const job = {
      created_at: at(second).toISOString(),
      options: url === null ? options : { ...options, progress_webhook: url },
    };
    return refOf(await claimPlain(repository, { force, job }));
  };
  const begun = async (parts: { url?: string | null } = {}): Promise<JobRef> => {
    const job = await claim(await register(), parts);
    await under.running.begin(job, at(1));
    return job;
  };
  /** What the repository's webhooks are told, oldest first. */
  const told = async ({ repository_id }: Pick<JobRef, 'repository_id'>): Promise<readonly Delivery[]> =>
    [...(await under.outbox.list(repository_id, 100, null)).items].reverse();
  const typesOf = async (job: Pick<JobRef, 'repository_id'>) => (await told(job)).map(({ event }) => event.type);
  const last = async (job: JobRef): Promise<Delivery> => {
    const delivery = (await told(job)).at(-1);
    if (delivery === undefined) throw new Error('nothing was told');
    return delivery;
  };
  const answerNow = async (job: JobRef, moment: Date) => {
    const view = await under.jobs.get(job.job_id);
    if (view === null) throw new Error('the job is gone');
    return jobAnswer(view, moment);
  };
  return { under, register, claim, begun, told, typesOf, last, answerNow };
};

export const attempt = (second: number, parts: Partial<DeliveryAttempt> = {}): DeliveryAttempt => ({
  at: at(second).toISOString(),
  status: 500,
  error: null,
  milliseconds: 12,
  ...parts,
});

/** The same for deliveries that wait in the outbox. */
export const setUpOutbox = (make: () => Promise<JobPorts>) => {
  const { under, ...jobs } = setUpJobs(make);
  const register = async (): Promise<RepositoryId> => (await jobs.register()).repository_id;
  /** One delivery: of the cancellation of a job that was made for it. */
  const put = async (id: RepositoryId, second = 1, url = hook): Promise<Delivery> => {
    const { options } = aJob(id);
    const { job_id } = await jobs.claim(
      { repository_id: id },
      { job: { options: { ...options, progress_webhook: url } } },
    );
    await under.ends.cancel(job_id, at(second));
    const [newest] = (await under.outbox.list(id, 100, null)).items.filter((each) => each.job_id === job_id);
    if (newest === undefined) throw new Error('nothing was put');
    return newest;
  };
  const leaseOne = async (second: number): Promise<Delivery> => {
    const [leased, ...more] = await under.outbox.lease(at(second), 10, 20);
    if (leased === undefined || more.length > 0) throw new Error('not one is due');
    return leased;
  };
  const found = async ({ repository_id, delivery_id }: Delivery): Promise<Delivery | undefined> =>
    (await under.outbox.list(repository_id, 100, null)).items.find((each) => each.delivery_id === delivery_id);
  return { under, register, put, leaseOne, found };
};
