import type { ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { type Client, type Job, type SyncOptions, syncUnderWay } from '../../client/src/client.ts';
import { visibleName } from '../repository-text.ts';
import { branch, repository } from './inputs.ts';
import { JobFacts, jobFacts, jobText } from './jobs.ts';
import { addTool, readOnly, type ToolDeps } from './tool.ts';

const job_id = z.string().min(1).max(100).describe('The job’s id, as sync_repository answers it.');

/** Many clients give up a call after a minute. */
const WAIT_SECONDS = 45;

/** The longest that the service waits until it is known whether a sync keeps its limits. */
const LIMIT_SECONDS = 25;

const SyncFacts = JobFacts.extend({
  joined: z.boolean().describe('Whether the job was under way before this call.'),
});

export const addSyncTools = (deps: ToolDeps): void => {
  const { client, longestWaitSeconds, tellsProgress } = deps;
  addTool(
    deps,
    'sync_repository',
    {
      title: 'Sync a repository',
      description:
        'Brings the index of a branch in step with its source, and waits for the end with progress notifications. If a sync of the repository is under way already, joins that one. If it takes longer than wait_seconds, answers how far it is; call it again to go on waiting. A call that is cancelled stops waiting; the job goes on unless cancel_with_call was set.',
      input: z.strictObject({
        repository,
        branch: branch.describe('The branch to sync; the default branch without.'),
        full_reindex: z
          .boolean()
          .default(false)
          .describe('Builds the whole index again, beside the old one. Slow and costly: only if the user asks for it.'),
        max_files: z.int().min(0).optional().describe('Refuses a sync that would read more files.'),
        max_cost: z.number().min(0).optional().describe('Refuses a sync that may cost more US dollars.'),
        wait_seconds: z
          .int()
          .min(0)
          .max(longestWaitSeconds)
          .default(Math.min(WAIT_SECONDS, longestWaitSeconds))
          .describe('How long to wait for the end; 0: not at all.'),
        cancel_with_call: z
          .boolean()
          .default(false)
          .describe('Whether cancelling this call cancels the job too, if this call has started it.'),
      }),
      output: SyncFacts,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    },
    async ({ repository: id, branch: name, wait_seconds, cancel_with_call, ...limits }, context) => {
      const { signal } = context.mcpReq;
      const from = performance.now();
      const begun = await begin(client, id, { branch: name, ...limits }, wait_seconds, signal);
      const tell = tellsProgress ? progressTeller(context.mcpReq) : untold;
      const left = Math.max(0, wait_seconds - (performance.now() - from) / 1000);
      const job = await follow(client, begun.job, left, signal, tell).catch(async (error: unknown) => {
        if (signal.aborted && cancel_with_call && !begun.joined)
          // It may have ended by itself meanwhile: a 409, and all that was wanted.
          await client.call('cancel-job', { path: { job_id: begun.job.job_id } }).catch(() => undefined);
        throw error;
      });
      const facts = { ...jobFacts(job), joined: begun.joined };
      const text = begun.joined
        ? `A sync was under way already, with the options it was started with; this call joined it.\n${jobText(facts)}`
        : jobText(facts);
      return { text, structured: facts };
    },
  );

  addTool(
    deps,
    'get_job',
    {
      title: 'Show a sync job',
      description: 'How far a sync job is, or how it ended.',
      input: z.strictObject({ job_id }),
      output: JobFacts,
      annotations: readOnly,
    },
    async ({ job_id: id }, { mcpReq: { signal } }) => {
      const facts = jobFacts(await jobOf(client, id, signal));
      return { text: jobText(facts), structured: facts };
    },
  );

  addTool(
    deps,
    'cancel_job',
    {
      title: 'Cancel a sync job',
      description:
        'Ends a sync job that is under way. What is searched stays as it was before it, but for what a forced full reindex had emptied.',
      input: z.strictObject({ job_id }),
      output: JobFacts,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
    },
    async ({ job_id: id }, { mcpReq: { signal } }) => {
      const facts = jobFacts(await client.call('cancel-job', { path: { job_id: id } }, { signal }));
      return { text: jobText(facts), structured: facts };
    },
  );
};

const jobOf = async (client: Client, job_id: string, signal: AbortSignal): Promise<Job> => {
  const job = await client.call('get-job', { path: { job_id } }, { signal });
  // Null is the answer to If-None-Match, which was not sent.
  if (job === null) throw new Error(`job ${job_id} was not answered`);
  return job;
};

/** What is left of a time has a fraction, and a signal takes whole milliseconds. */
const afterSeconds = (seconds: number): AbortSignal => AbortSignal.timeout(Math.ceil(seconds * 1000));

/** Starts a sync, or finds the one that is under way. */
const begin = async (
  client: Client,
  id: string,
  options: SyncOptions,
  seconds: number,
  signal: AbortSignal,
): Promise<{ readonly job: Job; readonly joined: boolean }> => {
  try {
    const limited = options.max_files !== undefined || options.max_cost !== undefined;
    const wait = limited ? Math.min(seconds, LIMIT_SECONDS) : undefined;
    return { job: await client.sync(id, options, { signal, wait }), joined: false };
  } catch (error) {
    const from = performance.now();
    const job = await syncUnderWay(client, error, { signal, patience: afterSeconds(seconds) });
    if (job !== null) return { job, joined: true };
    return begin(client, id, options, Math.max(0, seconds - (performance.now() - from) / 1000), signal);
  }
};

/** The job as it is at its end, or when the time is over. */
const follow = async (
  client: Client,
  begun: Job,
  seconds: number,
  signal: AbortSignal,
  tell: (job: Job) => Promise<void>,
): Promise<Job> => {
  if (seconds === 0) return begun;
  const over = afterSeconds(seconds);
  let last = begun;
  try {
    for await (const { job } of client.follow(begun.job_id, { signal: AbortSignal.any([signal, over]) })) {
      last = job;
      await tell(job);
    }
  } catch (error) {
    if (signal.aborted || !over.aborted) throw error;
  }
  return last;
};

const untold = async (): Promise<void> => undefined;

/** By so little progress grows where the percentage does not: each notification must have more than the one before. */
const LEAST_STEP = 0.001;

/** Tells the client how far a job is, if it has asked for that. */
const progressTeller = ({ _meta, notify }: ServerContext['mcpReq']): ((job: Job) => Promise<void>) => {
  const progressToken = _meta?.progressToken;
  let told = -LEAST_STEP;
  return async ({ status, progress }) => {
    if (progressToken === undefined) return;
    told = Math.max(progress.percentage, told + LEAST_STEP);
    const { phase, files_processed, files_total, current_file } = progress;
    const files = files_total === null ? '' : `, ${files_processed} of ${files_total} files`;
    const file = current_file === null ? '' : `, ${visibleName(current_file)}`;
    const message = phase === 'ended' ? status : `${phase}${files}${file}`;
    await notify({ method: 'notifications/progress', params: { progressToken, progress: told, total: 100, message } });
  };
};
