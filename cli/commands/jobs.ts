import { type Command, Option } from 'commander';
import type { Client, Job, JobFile } from '../../client/src/client.ts';
import { action } from '../action.ts';
import { syncReport } from '../sync-report.ts';
import { clean, fileName, type Terminal, table, time } from '../terminal.ts';
import { numberBetween } from './repositories.ts';
import { jobOf, progressText } from './sync.ts';

export const addJobs = (program: Command, terminal: Terminal): void => {
  program
    .command('jobs <repository>')
    .description('A repository’s syncs, newest first')
    .option('--limit <number>', 'how many', numberBetween(1, 1000), 20)
    .addHelpText('after', '\nExamples:\n  $ repo-sync jobs demo --limit 5')
    .action(
      action<{ limit: number }>(terminal, async ({ client, options, print }, id = '') => {
        const jobs = await firstJobs(client, id, options.limit, terminal.stop);
        print({ jobs }, () =>
          table(
            ['JOB', 'STATUS', 'CREATED', 'SECONDS', 'CHANGED', 'BY'],
            jobs.map((job) => [
              job.job_id,
              `${job.ended_at === null ? progressText(job) : job.status}${job.options.dry_run === true ? ' (plan)' : ''}`,
              time(job.created_at),
              secondsOf(job),
              changesOf(job),
              job.requested_by,
            ]),
          ),
        );
      }),
    );

  program
    .command('job <repository-or-job>')
    .description('A sync, or a repository’s newest: its progress, or what it did')
    .option('--wait <seconds>', 'wait for its end so long', numberBetween(0, 25))
    .addHelpText('after', '\nExamples:\n  $ repo-sync job demo')
    .action(
      action<{ wait?: number }>(terminal, async ({ client, options, print }, id = '') => {
        const job_id = await jobOf(client, id, terminal.stop);
        const query = { wait: options.wait };
        const job = await client.call('get-job', { path: { job_id }, query }, { signal: terminal.stop });
        if (job !== null) print(job, () => (job.ended_at === null ? progressText(job) : syncReport(job)));
      }),
    );

  program
    .command('cancel <repository-or-job>')
    .description(
      'Cancel a running sync; what is searched stays as it was, but for what a forced full reindex had emptied',
    )
    .option('--queued', 'leave the running one, and take back what users have queued behind it at this repository')
    .addHelpText('after', '\nExamples:\n  $ repo-sync cancel demo\n  $ repo-sync cancel demo --queued')
    .action(
      action<{ queued?: boolean }>(terminal, async ({ client, options, print }, id = '') => {
        if (options.queued === true) {
          await client.call('take-back-sync', { path: { repo_id: id } }, { signal: terminal.stop });
          return print({ repository_id: id, taken_back: true }, () => `what was queued at ${id} is taken back`);
        }
        const job_id = await jobOf(client, id, terminal.stop);
        const job = await client.call('cancel-job', { path: { job_id } }, { signal: terminal.stop });
        print(job, () => `${job.job_id} is cancelled`);
      }),
    );

  program
    .command('files <repository-or-job>')
    .description('What a sync left out or could not index, and why')
    .addOption(new Option('--skipped', 'only what was left out').conflicts(['failed', 'indexed']))
    .addOption(new Option('--failed', 'only what could not be indexed').conflicts(['skipped', 'indexed']))
    .addOption(
      new Option('--indexed', 'only what was read in another encoding than UTF-8').conflicts(['skipped', 'failed']),
    )
    .addHelpText('after', '\nExamples:\n  $ repo-sync files demo --skipped')
    .action(
      action<{ skipped?: boolean; failed?: boolean; indexed?: boolean }>(
        terminal,
        async ({ client, options, print }, id = '') => {
          const job_id = await jobOf(client, id, terminal.stop);
          const outcomes = ['skipped', 'failed', 'indexed'] as const;
          const outcome = outcomes.find((each) => options[each] === true);
          const pages = client.pages(
            'list-job-files',
            { path: { job_id }, query: { outcome, limit: 1000 } },
            { signal: terminal.stop },
          );
          const files: JobFile[] = [];
          for await (const page of pages) files.push(...page.files);
          print({ job_id, files }, () =>
            files.length === 0
              ? `${job_id} names no such file`
              : table(
                  ['BRANCH', 'OUTCOME', 'REASON', 'PATH'],
                  files.map((file) => [file.branch, file.outcome, reasonOf(file), fileName(file)]),
                ),
          );
        },
      ),
    );
};

const firstJobs = async (client: Client, repo_id: string, most: number, signal: AbortSignal): Promise<Job[]> => {
  const jobs: Job[] = [];
  const query = { limit: Math.min(most, 100) };
  for await (const page of client.pages('list-jobs', { path: { repo_id }, query }, { signal })) {
    jobs.push(...page.jobs);
    if (jobs.length >= most) break;
  }
  return jobs.slice(0, most);
};

const reasonOf = ({ reason, encoding }: JobFile): string =>
  clean(encoding === undefined ? reason : `${reason}: ${encoding}`);

const secondsOf = ({ started_at, ended_at }: Job): string =>
  started_at === null || ended_at === null
    ? '-'
    : (Math.max(0, Date.parse(ended_at) - Date.parse(started_at)) / 1000).toFixed(1);

const changesOf = ({ counts }: Job): string =>
  counts === null ? '-' : String(counts.added + counts.modified + counts.renamed + counts.deleted);
