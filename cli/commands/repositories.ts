import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { type Command, InvalidArgumentError } from 'commander';
import { type Client, ProblemError, type Repository } from '../../client/src/client.ts';
import { action } from '../action.ts';
import { Ended, exitCodeOf, exitCodes, UsageError } from '../exit-codes.ts';
import { clean, type Terminal, table, time } from '../terminal.ts';

/** A URL as it is; a path made whole, since the service does not know where we are. */
export const sourceOf = (typed: string, cwd: string): string =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : resolve(cwd, typed);

/** Of the service's machine, which may be another, are whole paths; a relative one is of this folder, and what is not there is a slip. */
const refuseAbsent = (typed: string, cwd: string): void => {
  const path = sourceOf(typed, cwd);
  if (path === typed || existsSync(path)) return;
  const [, host, name] = /^[^/:@]+@([^/:@]+):([^/].*)$/.exec(typed) ?? [];
  if (host !== undefined)
    throw new UsageError(`${typed} is an address for SSH, which is not spoken here: try https://${host}/${name}`);
  throw new UsageError(`there is no folder ${path}: give the path of a repository, or its https:// address`);
};

export const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

interface AddOptions {
  readonly id?: string;
  readonly branch?: string;
  readonly ignore?: readonly string[];
  readonly credential?: string;
  readonly schedule?: string;
  readonly keepDeletedBranches?: boolean;
}

export const addRepositories = (program: Command, terminal: Terminal): void => {
  program
    .command('add <source>')
    .description('Register a repository: a path of the service’s machine, or a URL')
    .option('--id <id>', 'its id; without, the service chooses one')
    .option('--branch <name>', 'its default branch; without, what the source’s HEAD names')
    .option('--ignore <pattern>', 'leave out what matches, as in .gitignore; may be given several times', several)
    .option('--credential <name>', 'a credential that the operator keeps, for a private source')
    .option('--schedule <cron>', 'when it syncs by itself: five fields, in UTC')
    .option('--keep-deleted-branches', 'keep the index of branches that the source deletes')
    .addHelpText(
      'after',
      '\nExamples:\n  $ repo-sync add . --id demo\n  $ repo-sync add https://git.example.com/team/project.git --schedule "0 3 * * *"',
    )
    .action(
      action<AddOptions>(terminal, async ({ client, options, print }, source = '') => {
        refuseAbsent(source, terminal.cwd);
        const made = await register(client, sourceOf(source, terminal.cwd), options, terminal.stop);
        print(
          made,
          () => `${made.repository_id} is registered. repo-sync sync ${made.repository_id} --wait indexes it.
webhook secret  ${made.secrets.webhook}
push secret     ${made.secrets.push}
The secrets are shown this once; repo-sync webhooks secret makes new ones.`,
        );
      }),
    );

  program
    .command('import <file>')
    .description('Register many repositories: a line for each, <source> or <id> <source>; - reads standard input')
    .addHelpText(
      'after',
      `
Empty lines and lines that begin with # are left out. A source that cannot be registered keeps no other from it; the exit code is then that of the first failure.

Examples:
  $ repo-sync import repositories.txt
  $ printf 'docs https://git.example.com/team/docs.git\\n' | repo-sync import -`,
    )
    .action(
      action(terminal, async ({ client, print }, file = '') => {
        const lines = linesOf(
          file === '-' ? await readAll(terminal.in) : await readText(resolve(terminal.cwd, file), file),
        );
        const results: { source: string; repository_id: string | null; error: string | null }[] = [];
        let code: number = exitCodes.ok;
        for (const { id, source } of lines)
          try {
            const options = id === undefined ? {} : { id };
            const made = await register(client, sourceOf(source, terminal.cwd), options, terminal.stop);
            results.push({ source, repository_id: made.repository_id, error: null });
          } catch (error) {
            if (!(error instanceof ProblemError)) throw error;
            if (code === exitCodes.ok) code = exitCodeOf(error);
            results.push({ source, repository_id: id ?? null, error: error.message });
          }
        print({ results }, () =>
          table(
            ['REPOSITORY', 'SOURCE', 'RESULT'],
            results.map((each) => [each.repository_id ?? '-', each.source, each.error ?? 'registered']),
          ),
        );
        if (code !== exitCodes.ok) throw new Ended(code);
      }),
    );

  program
    .command('status [repository]')
    .description('All repositories and how fresh they are, or one of them')
    .addHelpText('after', '\nExamples:\n  $ repo-sync status\n  $ repo-sync status demo --json')
    .action(
      action(terminal, async ({ client, print }, id) => {
        const signal = { signal: terminal.stop };
        if (id !== undefined) {
          const repository = await client.call('get-repository', { path: { repo_id: id } }, signal);
          return print(repository, () => details(repository));
        }
        const all = await Array.fromAsync(client.pages('list-repositories', {}, signal));
        const repositories = all.flatMap((page) => page.repositories);
        print({ repositories }, () => overview(repositories));
      }),
    );

  program
    .command('remove <repository>')
    .description('Remove a repository and its index; the source itself is not changed')
    .option('--yes', 'really')
    .addHelpText('after', '\nExamples:\n  $ repo-sync remove demo --yes')
    .action(
      action<{ yes?: boolean }>(terminal, async ({ client, options, print }, id = '') => {
        if (options.yes !== true) throw new UsageError(`this removes the index of ${clean(id)}: say so with --yes`);
        await client.call('delete-repository', { path: { repo_id: id } }, { signal: terminal.stop });
        print({ repository_id: id, removed: true }, () => `${id} is removed`);
      }),
    );
};

const register = (client: Client, url: string, options: AddOptions, signal: AbortSignal) =>
  client.call(
    'create-repository',
    {
      body: {
        repository_id: options.id,
        source: { url, credential: options.credential },
        default_branch: options.branch,
        ignore_patterns: options.ignore,
        schedule: options.schedule,
        deleted_branches: options.keepDeletedBranches === true ? 'keep' : undefined,
      },
    },
    { signal },
  );

const readText = async (path: string, typed: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${typed} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
};

const linesOf = (text: string) => {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw new UsageError('there is no line with a source');
  return lines.map((line) => {
    // A path may have blanks in it, an id has no slash.
    const [, id, source = ''] = /^([^\s/]+)\s+(.+)$/.exec(line) ?? [undefined, undefined, line];
    return { id, source };
  });
};

const overview = (repositories: readonly Repository[]): string =>
  repositories.length === 0
    ? 'No repository yet: repo-sync add <path or url> registers one'
    : table(
        ['REPOSITORY', 'HEALTH', 'STATUS', 'LAST SYNC', 'BRANCHES', 'FILES'],
        repositories.map(({ repository_id, health, status, queued_sync, last_sync, index }) => [
          repository_id,
          health,
          queued_sync === null ? status : `${status}, 1 waits`,
          last_sync === null ? '-' : `${time(last_sync.ended_at)} ${last_sync.status}`,
          String(index.branches.length),
          String(index.branches.reduce((sum, { files }) => sum + files, 0)),
        ]),
      );

const details = (repository: Repository): string => {
  const { last_sync, active_job_id, queued_sync, index } = repository;
  const facts: readonly (readonly [string, string | null])[] = [
    ['source', repository.source.url],
    ['health', healthText(repository)],
    ['status', active_job_id === null ? repository.status : `${repository.status}: ${active_job_id}`],
    ['waits', queued_sync === null ? null : queuedText(queued_sync)],
    [
      'last sync',
      last_sync === null ? 'none yet' : `${last_sync.status} at ${time(last_sync.ended_at)}, ${last_sync.job_id}`,
    ],
    ['', last_sync?.error?.message ?? null],
    ['default branch', repository.default_branch ?? noDefaultBranch(repository)],
    ['schedule', repository.schedule ?? 'none'],
    ['your role', repository.role],
  ];
  const lines = facts.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(14)}  ${clean(value)}`]));
  const branches = index.branches.map(({ name, commit, files, chunks, indexed_at }) => [
    `  ${name}`,
    commit.slice(0, 10),
    String(files),
    String(chunks),
    time(indexed_at),
  ]);
  return [
    repository.repository_id,
    ...lines,
    ...(branches.length === 0 ? [] : [table(['  BRANCH', 'COMMIT', 'FILES', 'CHUNKS', 'INDEXED'], branches)]),
  ].join('\n');
};

/** With all that is wrong; where nothing is indexed there is no more to say of it. */
const healthText = ({ health, health_reasons }: Repository): string =>
  health_reasons.length === 0 || health === 'never_indexed'
    ? health
    : `${health}: ${health_reasons.map((reason) => reason.replaceAll('_', ' ')).join(', ')}`;

/** An empty repository's HEAD names a branch that is not there, and a detached one none at all. */
const noDefaultBranch = ({ last_sync }: Repository): string =>
  last_sync?.status.startsWith('completed') === true
    ? 'none: the source’s HEAD names no branch that is there'
    : 'not known before the first sync';

/** What begins when the running sync has ended. */
const queuedText = ({ job_id, branches, full_reindex, requested_by }: NonNullable<Repository['queued_sync']>): string =>
  `${full_reindex ? 'a full reindex' : 'a sync'} of ${branches.join(', ') || 'no branch'}, asked for by ${requested_by}${job_id === null ? '' : `, ${job_id}`}`;

/** A number of the command line, within bounds. */
export const numberBetween =
  (least: number, most: number) =>
  (typed: string): number => {
    const value = Number(typed);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
