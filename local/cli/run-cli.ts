import { localPlaces } from '../../adapters/git/local-places.ts';
import { startServer } from '../server.ts';
import { createApiClient } from './api-client.ts';
import { followJob } from './follow-job.ts';
import { nameSource } from './name-source.ts';
import type { Settings } from './read-settings.ts';
import { searchReport, syncReport } from './sync-report.ts';

/** Where the command line writes, and how it learns that it is to end. */
export interface Terminal {
  readonly out: NodeJS.WritableStream;
  readonly progress: NodeJS.WritableStream;
  /** Aborted by SIGTERM and SIGINT. */
  readonly stop: AbortSignal;
}

/** Serves, and syncs the repository that was named. Resolves to the exit code: with `--once` after the sync, else when stopped. */
export const runCli = async (settings: Settings, terminal: Terminal, start = startServer): Promise<number> => {
  const print = (text: string): void => {
    terminal.out.write(`${text}\n`);
  };
  const server = await start({ ...settings, sourceRoots: await withPlaces(settings) });
  try {
    print(`Repository Sync on ${server.url}`);
    print(`  token    ${server.token}`);
    print(`           (for ${settings.user}; also in ${settings.dataDir}/token)`);
    const stopped = new Promise<number>((resolve) => {
      if (terminal.stop.aborted) resolve(0);
      terminal.stop.addEventListener('abort', () => resolve(0), { once: true });
    });
    const broken = server.broken.then((what) => {
      throw new Error(`the service ends: ${what}`);
    });
    const end = Promise.race([stopped, broken]);
    if (settings.source === null) return await end;
    const work = syncSource(settings, settings.source, server, terminal, print);
    const code = await Promise.race([work, end]);
    // What a stopped sync reports while its server goes down is of no use.
    work.catch(() => undefined);
    return settings.once || terminal.stop.aborted ? code : await end;
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
  const client = createApiClient(server.url, server.token);
  await client.register(source.repositoryId, source.url);
  const { jobId, joined } = await client.sync(source.repositoryId);
  print(`  ${source.repositoryId}  ${source.url}`);
  print(`  ${jobId}${joined ? ' (was running already)' : ''}`);
  const job = await followJob(client, jobId, terminal.progress);
  print(syncReport(job));
  if (job.status === 'failed' || job.status === 'cancelled') return 1;
  const query = settings.search ?? source.words;
  try {
    print(searchReport(query, await client.search(source.repositoryId, query, 5)));
  } catch (error) {
    // An empty repository has nothing to search; the sync itself is what counts.
    print(`Search "${query}": ${error instanceof Error ? error.message : String(error)}`);
  }
  return 0;
};
