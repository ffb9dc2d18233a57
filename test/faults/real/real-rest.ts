import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { JobAnswer, JobList, RepositoryAnswer } from '../../../core/contract/api.ts';
import type { DeliveryList } from '../../../core/contract/deliveries.ts';
import * as errors from '../../../core/domain/errors.ts';
import { indexFaults } from '../../../core/domain/index-fault.ts';
import { isTerminal } from '../../../core/domain/job-status.ts';
import { processesOf } from '../../support/processes-of.ts';
import { ids, type RealLab } from './real-lab.ts';
import { judgeBranch } from './real-looks.ts';
import { judgeStored } from './real-stored.ts';

/** Retries wait for some minutes at most; a machine that others use too is given more. */
const QUIET_MILLISECONDS = 420_000;
/** What is to come in some seconds. */
const SOON_MILLISECONDS = 60_000;

/** Ends of jobs that tell of a fault in the product: nothing that was done to it makes these right. */
const neverEnds = new Set([
  'ObjectMissingError',
  'EmbedderMismatchError',
  'SyncSupersededError',
  'GenerationNotFoundError',
]);
const known = /^(Runtime\.ExitError|Sandbox\.Timedout|States\.\w+|Lambda\.\w+)$/;

/** Everything is well again: what was begun comes to its end, two syncs with nothing in their way bring each branch to its head, and nothing is left over. */
export const judgeRest = async (lab: RealLab): Promise<void> => {
  lab.note('rest');
  lab.disturb('none');
  lab.receive('none');
  lab.service.freeDisks();
  for (const id of ids) await unschedule(lab, id);
  if (!(await untilQuiet(lab))) return;
  await judgeJobs(lab);
  for (let round = 0; round < 2; round++) for (const id of ids) await syncAll(lab, id);
  await untilQuiet(lab);
  for (const id of ids) {
    const repository = await lab.repository(id);
    if (repository === null) continue;
    const heads = await lab.sourceOf(repository).branches();
    for (const [branch, commit] of heads) await judgeBranch(lab, repository, branch, commit);
  }
  await judgeEvents(lab);
  await judgeProcesses(lab, /(^|\/)git /);
  const code = await lab.service.terminate();
  if (code !== 0) lab.say(`the service ended with ${code}: ${lab.service.complaints.join('').slice(-400)}`);
  // What guards the others is the last to go.
  await judgeProcesses(lab, /./);
  await judgeStored(lab);
};

/** A sync that the next minute brings would be in the way. */
const unschedule = async (lab: RealLab, id: string): Promise<void> => {
  for (const owner of ['ann', 'bob'])
    await lab.attempt(`unschedule ${id}`, () =>
      lab.api(owner).call('PATCH', `/api/repositories/${id}`, { schedule: null }),
    );
};

const jobsOf = async (lab: RealLab, { owner, repository_id: id }: RepositoryAnswer): Promise<readonly JobAnswer[]> => {
  const jobs: JobAnswer[] = [];
  for (let cursor: string | null = null; ; ) {
    const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await lab.api(owner).call<JobList>('GET', `/api/repositories/${id}/jobs?limit=50${more}`);
    jobs.push(...body.jobs);
    if (body.next === null) return jobs;
    cursor = body.next;
  }
};

/** No repository is busy, and none becomes so in the next seconds: what pushes are owed is begun each second. */
const untilQuiet = async (lab: RealLab): Promise<boolean> => {
  const until = Date.now() + QUIET_MILLISECONDS;
  for (let quiet = 0; quiet < 3; ) {
    const busy: string[] = [];
    for (const id of ids) {
      const repository = await lab.repository(id);
      if (repository?.active_job_id != null) busy.push(`${id} by ${repository.active_job_id}`);
    }
    quiet = busy.length === 0 ? quiet + 1 : 0;
    if (Date.now() > until) {
      lab.say(`still busy after ${QUIET_MILLISECONDS / 1000} s: ${busy.join()}`);
      return false;
    }
    await sleep(quiet === 0 ? 300 : 1_200);
  }
  return true;
};

/** Lock and jobs agree, jobs have ended in a way that is known, and pushes that were taken have been followed. */
const judgeJobs = async (lab: RealLab): Promise<void> => {
  for (const id of ids) {
    const repository = await lab.repository(id);
    if (repository === null) continue;
    const jobs = await jobsOf(lab, repository);
    for (const { job_id, status, error, mode_reason } of jobs) {
      if (!isTerminal(status)) lab.say(`${job_id} is ${status}, and nobody is busy with ${id}`);
      const code = error?.code ?? null;
      if (code === null) continue;
      if (neverEnds.has(code) || !(Object.hasOwn(errors, code) || known.test(code)))
        lab.say(`${job_id} ended with ${code}: ${error?.message}`);
      if (indexFaults.some((fault) => fault === mode_reason) && !lab.service.isIndexOlder)
        lab.say(`${job_id} took a whole index for one that is not: ${mode_reason}`);
    }
    judgePlans(lab, repository, jobs);
    judgeQueued(lab, repository, jobs);
    for (const { age, branches, at, id: pushed } of lab.pushes) {
      if (pushed !== id || age !== repository.created_at) continue;
      const followed = jobs.some(
        ({ created_at, options }) =>
          created_at >= at && options.dry_run !== true && options.branches.some((name) => branches.includes(name)),
      );
      if (!followed) lab.say(`a push to ${branches[0]} of ${id} at ${at} was taken, and no sync followed`);
    }
  }
};

/** What only planned has told a plan and nothing else, and stands for no sync. */
const judgePlans = (lab: RealLab, { last_sync }: RepositoryAnswer, jobs: readonly JobAnswer[]): void => {
  for (const { job_id, status, options, counts, dropped_branches, plan } of jobs) {
    if (options.dry_run !== true) continue;
    if (last_sync?.job_id === job_id) lab.say(`the plan ${job_id} stands for the last sync`);
    if (counts !== null || dropped_branches.length > 0) lab.say(`the plan ${job_id} tells what only a sync does`);
    if (status === 'completed_with_errors' || (status === 'completed' && plan?.exact !== true))
      lab.say(`the plan ${job_id} is ${status} with ${JSON.stringify(plan)}`);
  }
};

/** What users were told will begin has begun, as they asked for it. */
const judgeQueued = (lab: RealLab, repository: RepositoryAnswer, jobs: readonly JobAnswer[]): void => {
  for (const { id, age, job, options } of lab.queued) {
    if (id !== repository.repository_id || age !== repository.created_at) continue;
    const found = jobs.find(({ job_id }) => job_id === job)?.options;
    const branches = options.branches ?? ['current'];
    if (found === undefined) lab.say(`${job} of ${id} was queued, and never began`);
    else if (
      found.dry_run === true ||
      !branches.every((branch) => found.branches.includes(branch)) ||
      (options.full_reindex && !found.full_reindex) ||
      (!options.incremental && found.incremental)
    )
      lab.say(`${job} of ${id} is not what was queued: ${JSON.stringify([found, options])}`);
  }
};

const syncAll = async (lab: RealLab, id: (typeof ids)[number]): Promise<void> => {
  const repository = await lab.repository(id);
  if (repository === null) return;
  const branches = [...(await lab.sourceOf(repository).branches()).keys()];
  const body = branches.length === 0 ? {} : { branches };
  const api = lab.api(repository.owner);
  for (const until = Date.now() + SOON_MILLISECONDS; ; await sleep(500)) {
    const reply = await api.call<JobAnswer>('POST', `/api/repositories/${id}/sync`, body);
    lab.note(`quiet sync of ${id}: ${reply.status}`);
    if (reply.status === 202) {
      const job = await ended(lab, api, reply.body.job_id);
      if (job === null) lab.say(`the quiet sync ${reply.body.job_id} of ${id} does not end`);
      else lab.count('quiet syncs');
      if (job !== null && job.status !== 'completed')
        lab.say(`a sync of ${id} with nothing in its way is ${job.status}: ${JSON.stringify(job.error)}`);
      return;
    }
    // A sync that a push was owed may have come before.
    if (reply.status === 409 && Date.now() < until) continue;
    lab.say(`no sync of ${id} begins: ${reply.status} ${JSON.stringify(reply.body)}`);
    return;
  }
};

const ended = async (lab: RealLab, api: ReturnType<RealLab['api']>, id: string): Promise<JobAnswer | null> => {
  for (const until = Date.now() + QUIET_MILLISECONDS; Date.now() < until; await sleep(150)) {
    const job = await api.job(id);
    if (job.ended_at !== null) {
      lab.note(`${id} is ${job.status}`);
      return job;
    }
  }
  return null;
};

type Deliveries = z.infer<typeof DeliveryList>;

const terminalTypes: Readonly<Record<string, string>> = {
  completed: 'sync.completed',
  completed_with_errors: 'sync.completed',
  failed: 'sync.failed',
  cancelled: 'sync.cancelled',
};

/** Each job with a webhook has told its end once in kind, and the receiver has it. */
const judgeEvents = async (lab: RealLab): Promise<void> => {
  for (const id of ids) {
    const repository = await lab.repository(id);
    if (repository === null) continue;
    const api = lab.api(repository.owner);
    const deliveries: Deliveries['deliveries'][number][] = [];
    for (let cursor: string | null = null; ; ) {
      const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await api.call<Deliveries>('GET', `/api/repositories/${id}/webhook-deliveries?limit=50${more}`);
      deliveries.push(...body.deliveries);
      if (body.next === null) break;
      cursor = body.next;
    }
    for (const { job_id, status, options } of await jobsOf(lab, repository)) {
      if (options.progress_webhook === undefined) continue;
      const ends = deliveries.filter(
        (each) => each.job_id === job_id && Object.values(terminalTypes).includes(each.event.type),
      );
      if (lab.isHookGone) continue;
      if (ends.length !== 1 || ends[0]?.event.type !== terminalTypes[status])
        lab.say(`${job_id} is ${status}, and tells ${ends.map(({ event }) => event.type).join() || 'no one'}`);
      for (const { delivery_id } of ends) {
        if (lab.taken.has(delivery_id)) continue;
        lab.count('events sent again');
        await api.call('POST', `/api/repositories/${id}/webhook-deliveries/${delivery_id}/redeliver`);
        for (const until = Date.now() + SOON_MILLISECONDS; !lab.taken.has(delivery_id); await sleep(100)) {
          if (Date.now() < until) continue;
          lab.say(`the end of ${job_id} never came (${delivery_id})`);
          break;
        }
      }
    }
  }
};

/** No such process when nothing is to be done. */
const judgeProcesses = async (lab: RealLab, which: RegExp): Promise<void> => {
  let left: readonly string[] = [];
  for (const until = Date.now() + 20_000; Date.now() < until; await sleep(200)) {
    left = (await processesOf(lab.service.dataDir))
      .map(({ command }) => command)
      .filter((command) => which.test(command));
    if (left.length === 0) return;
  }
  lab.say(`processes are left: ${left.map((command) => command.replaceAll('\n', ' ').slice(0, 100)).join('; ')}`);
};
