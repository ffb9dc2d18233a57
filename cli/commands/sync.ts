import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Client, type Job, type SyncAccepted, syncUnderWay } from '../../client/src/client.ts';
import { action, type Work } from '../action.ts';
import { Ended, exitCodes, UsageError } from '../exit-codes.ts';
import { barOf, followJob } from '../progress-bar.ts';
import { isOverLimit, syncReport } from '../sync-report.ts';
import type { Terminal } from '../terminal.ts';
import { several } from './repositories.ts';

interface SyncFlags {
  readonly wait?: boolean;
  readonly force?: boolean;
  readonly full?: boolean;
  readonly branch?: readonly string[];
  readonly ignore?: readonly string[];
  readonly pullRemote?: boolean;
  readonly remote?: string;
  readonly webhook?: string;
  readonly onConflict?: 'fail' | 'attach' | 'queue';
  readonly dryRun?: boolean;
  readonly maxCost?: number;
  readonly maxFiles?: number;
}

/** A repository's id may begin with `sync-` too. */
const JOB_ID = /^sync-[0-9a-f-]{36}$/;

/** How long it may take until it is known whether a sync keeps its limits: the service waits no longer. */
const LIMIT_SECONDS = 25;

export const addSync = (program: Command, terminal: Terminal): void => {
  program
    .command('sync <repository>')
    .description('Bring a repository’s index in step with its source')
    .option('--wait', 'show the progress, and end as the sync ends')
    .option('--force', 'replace a sync that runs; with --full the index is cleared at once')
    .option('--full', 'build the whole index again; the old one answers until the new one is ready')
    .option('--branch <name>', 'sync this branch; may be given several times', several)
    .option('--ignore <pattern>', 'leave out what matches, this time; may be given several times', several)
    .addOption(new Option('--pull-remote', 'read the remote of a folder instead of the folder'))
    .option('--no-pull-remote', 'do not pull: index what is there')
    .option('--remote <name>', 'which remote; origin without')
    .option('--webhook <url>', 'send the job’s events there')
    .addOption(
      new Option('--on-conflict <what>', 'while another sync runs: fail, attach to it, or queue this one').choices([
        'fail',
        'attach',
        'queue',
      ]),
    )
    .option('--dry-run', 'tell what a sync would do and cost, and change nothing')
    .addOption(
      new Option('--max-cost <dollars>', 'refuse it before anything is embedded that may cost more').argParser(
        atLeastNought,
      ),
    )
    .addOption(new Option('--max-files <count>', 'refuse it before more files are read').argParser(atLeastNought))
    .addHelpText(
      'after',
      `
With --wait a sync that runs already is joined, unless --force or --on-conflict is given. With attach it is joined only where it does what
is asked; with queue this sync begins when the other one has ended, merged with what else waits. Ctrl-C ends the watching, not the sync.

With a limit the command waits until it is known whether the sync keeps it, 25 s at most. One that does not is refused: its plan is shown, nothing is
changed, and the exit code is 8.

Examples:
  $ repo-sync sync demo --wait
  $ repo-sync sync demo --branch main --branch develop
  $ repo-sync sync demo --on-conflict queue --wait
  $ repo-sync sync demo --dry-run --wait
  $ repo-sync sync demo --max-files 500 --wait
  $ repo-sync sync demo --force --full --wait --json`,
    )
    .action(
      action<SyncFlags>(terminal, async (work, id = '') => {
        const { client, options, print, note } = work;
        const { jobId, job } = await begin(client, id, options, terminal.stop);
        if (options.wait === true) {
          if (job === null || job.attached) note(`${jobId} runs already: this is its progress`);
          if (job?.queued === true) {
            note(`${jobId} waits for the end of ${job.waits_for_job_id}`);
            await client.begun(job, { signal: terminal.stop });
          }
          return show(work, jobId);
        }
        print(job, () => acceptedText(job));
        if (job !== null && job.ended_at !== null) endAs(job);
      }),
    );

  program
    .command('watch <repository-or-job>')
    .description('Show the progress of a sync to its end')
    .addHelpText(
      'after',
      `
Of a repository its running sync is shown, or else how its last one ended. With --json each state is one line.

Examples:
  $ repo-sync watch demo
  $ repo-sync watch demo --json | jq -r .job.progress.percentage`,
    )
    .action(
      action(terminal, async (work, id = '') => {
        const jobId = await jobOf(work.client, id, terminal.stop);
        if (work.options.json !== true) return show(work, jobId);
        let last: Job | null = null;
        for await (const event of interruptible(work, jobId, work.client.follow(jobId, { signal: terminal.stop }))) {
          terminal.out.write(`${JSON.stringify(event)}\n`);
          last = event.job;
        }
        endAs(last);
      }),
    );

  program
    .command('retry <repository-or-job>')
    .description('Sync again what a job, or a repository’s newest, could not index')
    .option('--wait', 'show the progress, and end as the sync ends')
    .addHelpText('after', '\nExamples:\n  $ repo-sync retry demo --wait')
    .action(
      action<{ wait?: boolean }>(terminal, async (work, id = '') => {
        const job_id = await jobOf(work.client, id, terminal.stop);
        const job = await work.client.call('retry-failed', { path: { job_id } }, { signal: terminal.stop });
        if (work.options.wait === true) return show(work, job.job_id);
        work.print(job, () => `${job.job_id} is queued. repo-sync watch ${job.job_id} shows its progress.`);
      }),
    );
};

const atLeastNought = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('must be a number, 0 or more');
  return value;
};

const acceptedText = (job: SyncAccepted | null): string => {
  if (job === null) return '';
  const { job_id, waits_for_job_id, plan, options } = job;
  if (job.ended_at !== null) return syncReport(job);
  if (job.attached)
    return `${job_id} runs already and does what is asked. repo-sync watch ${job_id} shows its progress.`;
  if (waits_for_job_id !== null)
    return `${job_id} begins when ${waits_for_job_id} has ended. repo-sync cancel ${job.repository_id} --queued takes it back.`;
  const limited = options.max_cost !== undefined || options.max_files !== undefined;
  const state = !limited
    ? 'is queued'
    : plan === null
      ? 'is under way; whether it keeps its limits is not known yet'
      : `keeps its limits (${plan.files_to_read} files to read) and goes on`;
  return `${job_id} ${state}. repo-sync watch ${job_id} shows its progress.`;
};

/** Starts a sync; one that runs is joined where its end is waited for. `job` is null then. */
const begin = async (
  client: Client,
  id: string,
  flags: SyncFlags,
  signal: AbortSignal,
): Promise<{ readonly jobId: string; readonly job: SyncAccepted | null }> => {
  try {
    const job = await client.sync(
      id,
      {
        force: flags.force,
        full_reindex: flags.full,
        branches: flags.branch,
        ignore_patterns: flags.ignore,
        pull_remote: flags.pullRemote,
        remote: flags.remote,
        progress_webhook: flags.webhook,
        on_conflict: flags.onConflict,
        dry_run: flags.dryRun,
        max_cost: flags.maxCost,
        max_files: flags.maxFiles,
      },
      { signal, wait: flags.maxCost === undefined && flags.maxFiles === undefined ? undefined : LIMIT_SECONDS },
    );
    return { jobId: job.job_id, job };
  } catch (error) {
    const asksMore = flags.onConflict !== undefined || flags.dryRun === true;
    if (flags.wait !== true || asksMore) throw error;
    const running = await syncUnderWay(client, error, { signal });
    return running === null ? begin(client, id, flags, signal) : { jobId: running.job_id, job: null };
  }
};

/** The job that is named, or the one that a repository runs or last ran. */
export const jobOf = async (client: Client, id: string, signal: AbortSignal): Promise<string> => {
  if (JOB_ID.test(id)) return id;
  const { active_job_id, last_sync } = await client.call('get-repository', { path: { repo_id: id } }, { signal });
  const job = active_job_id ?? last_sync?.job_id;
  if (job === undefined) throw new UsageError(`${id} has had no sync yet: repo-sync sync ${id} starts one`);
  return job;
};

/** Progress on standard error, the report or the job on standard output. Ends as the job does. */
export const show = async (work: Work<object>, jobId: string): Promise<void> => {
  const { client, terminal, options, print } = work;
  try {
    const job =
      options.json === true
        ? await client.ended(jobId, { signal: terminal.stop })
        : await followJob(client, jobId, terminal.err, terminal.stop);
    print(job, () => syncReport(job));
    endAs(job);
  } catch (error) {
    throw stoppedOr(error, work, jobId);
  }
};

async function* interruptible<T>(work: Work<object>, jobId: string, events: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* events;
  } catch (error) {
    throw stoppedOr(error, work, jobId);
  }
}

const stoppedOr = (error: unknown, { terminal, note }: Work<object>, jobId: string): unknown => {
  if (!terminal.stop.aborted) return error;
  note(
    `The sync continues on the service. repo-sync watch ${jobId} shows it again, repo-sync cancel ${jobId} ends it.`,
  );
  return new Ended(exitCodes.interrupted);
};

const endAs = (job: Job | null): void => {
  if (job === null || job.status === 'failed' || job.status === 'cancelled')
    throw new Ended(job !== null && isOverLimit(job) ? exitCodes.overLimit : exitCodes.failed);
};

/** A job in one line. */
export const progressText = (job: Job): string => {
  const { percentage, phase, files } = barOf(job, new Date());
  // A service of an earlier version says nothing of it.
  const waits = job.waits_for_job_id ?? null;
  if (waits !== null) return `queued: it begins when ${waits} has ended`;
  return `${phase.trim()} ${percentage}%${files === '' ? '' : ` ${files}`}`;
};
