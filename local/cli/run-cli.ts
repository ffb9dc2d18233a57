import { localPlaces } from '../../adapters/git/local-places.ts';
import { followJob } from '../../cli/progress-bar.ts';
import { searchReport, syncReport } from '../../cli/sync-report.ts';
import { type Client, createClient, ProblemError, syncUnderWay } from '../../client/src/client.ts';
import { logSize } from '../log-file.ts';
import { startServer } from '../server.ts';
import { type NamedSource, nameSource } from './name-source.ts';
import type { Settings } from './read-settings.ts';

/** As a shell tells it of Ctrl-C. */
const INTERRUPTED = 130;

/** Where the command line writes, and how it learns that it is to end. */
export interface Terminal {
  readonly out: NodeJS.WritableStream;
  readonly progress: NodeJS.WritableStream;
  /** Aborted by SIGTERM and SIGINT. */
  readonly stop: AbortSignal;
}

/** Serves, and syncs the repository that was named. Resolves to the exit code: with `--once` after the sync, else when stopped. */
export const runCli = async (settings: Settings, terminal: Terminal, start = startServer): Promise<number> => {
  const { logFile, source, once } = settings;
  const logged = logFile === null ? 0 : logSize(logFile);
  const print = (text: string): void => {
    terminal.out.write(`${text}\n`);
  };
  const server = await start({ ...settings, sourceRoots: await withPlaces(settings) });
  try {
    print(`Repository Sync on ${server.url}`);
    print(`  token    ${server.token}`);
    print(`           (for ${settings.user}; also in ${settings.dataDir}/token)`);
    if (server.consoleLink !== null && !once) {
      print(`  console  ${server.consoleLink}`);
      print(`           (signs in once; the next link is in ${settings.dataDir}/console-link)`);
    }
    if (logFile !== null) print(`  log      ${logFile}`);
    const stopped = new Promise<number>((resolve) => {
      if (terminal.stop.aborted) resolve(0);
      terminal.stop.addEventListener('abort', () => resolve(0), { once: true });
    });
    const broken = server.broken.then((what) => {
      throw new Error(`the service ends: ${what}`);
    });
    if (source !== null) {
      const code = await Promise.race([syncSource(settings, source, server, terminal, print), broken]);
      if (code !== 0 && logFile !== null && logSize(logFile) > logged)
        terminal.progress.write(`The log says more: ${logFile}\n`);
      if (once || terminal.stop.aborted) return code;
    }
    return await Promise.race([stopped, broken]);
  } finally {
    await server.close();
  }
};

/** What was named on the command line may be a linked worktree, or borrow objects: what it leads to is named with it. */
const withPlaces = async ({ source, sourceRoots }: Settings): Promise<Settings['sourceRoots']> => {
  if (source === null || sourceRoots.forAll) return sourceRoots;
  const places = await Promise.all(sourceRoots.folders.map(async (folder) => (await localPlaces(folder)) ?? []));
  return { ...sourceRoots, folders: [...new Set([...sourceRoots.folders, ...places.flat()])] };
};

const syncSource = async (
  settings: Settings,
  typed: string,
  server: { readonly url: string; readonly token: string },
  terminal: Terminal,
  print: (text: string) => void,
): Promise<number> => {
  const source = nameSource(typed, process.cwd());
  const client = createClient({ url: server.url, token: server.token });
  try {
    await register(client, source, terminal.stop);
    const { jobId, joined } = await begin(client, source.repositoryId, terminal.stop);
    print(`  ${source.repositoryId}  ${source.url}`);
    print(`  ${jobId}${joined ? ' (was running already)' : ''}`);
    const job = await followJob(client, jobId, terminal.progress, terminal.stop);
    print(syncReport(job));
    if (job.status === 'failed' || job.status === 'cancelled') return 1;
    print(await sample(client, source, settings.search ?? source.words, terminal.stop));
    return 0;
  } catch (error) {
    if (!terminal.stop.aborted) throw error;
    terminal.progress.write(
      `Stopped. What was indexed before stays searchable, and the sync continues where it was at the next start: npm start -- ${shellWord(typed)}${settings.once ? ' --once' : ''}\n`,
    );
    return settings.once ? INTERRUPTED : 0;
  }
};

/** One that is registered already is left as it is. */
const register = async (client: Client, { repositoryId, url }: NamedSource, signal: AbortSignal): Promise<void> => {
  try {
    await client.call('create-repository', { body: { repository_id: repositoryId, source: { url } } }, { signal });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status !== 409) throw error;
  }
};

/** The new job, or the one that runs already. */
const begin = async (
  client: Client,
  repositoryId: string,
  signal: AbortSignal,
): Promise<{ readonly jobId: string; readonly joined: boolean }> => {
  try {
    return { jobId: (await client.sync(repositoryId, {}, { signal })).job_id, joined: false };
  } catch (error) {
    const running = await syncUnderWay(client, error, { signal });
    return running === null ? begin(client, repositoryId, signal) : { jobId: running.job_id, joined: true };
  }
};

const sample = async (client: Client, source: NamedSource, q: string, signal: AbortSignal): Promise<string> => {
  try {
    const request = { path: { repo_id: source.repositoryId }, query: { q, limit: 5 } };
    return searchReport(q, await client.call('search', request, { signal }));
  } catch (error) {
    // An empty repository has nothing to search; the sync itself is what counts.
    return `Search "${q}": ${error instanceof Error ? error.message : String(error)}`;
  }
};

/** As it is typed into a shell. */
const shellWord = (text: string): string =>
  /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
