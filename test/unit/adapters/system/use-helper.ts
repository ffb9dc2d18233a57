import {
  type HelperPatience,
  type StartedProgram,
  startProgram,
  useProcessHelper,
} from '../../../../adapters/system/process-helper/client.ts';

/** What a program says on its standard output, and how it ends. */
export const outcomeOf = async ({ stdin, stdout, stderr, closed }: StartedProgram, input = '') => {
  const [said, complained]: Buffer[][] = [[], []];
  stdout.on('data', (data) => said?.push(data));
  stderr.on('data', (data) => complained?.push(data));
  stdin.on('error', () => undefined).end(input);
  return {
    ...(await closed),
    said: String(Buffer.concat(said ?? [])),
    complained: String(Buffer.concat(complained ?? [])),
  };
};

const where = { cwd: '/', env: { PATH: process.env.PATH ?? '' } };

/** The process that starts this thread's programs now. */
export const starterNow = async (): Promise<number> =>
  Number((await outcomeOf(startProgram('sh', ['-c', 'echo $PPID'], where))).said);

/** Comes back when programs are started by the helper: until it listens, threads start their own. Returns its process id. */
export const useHelperFromHereOn = async (path: string, patience?: HelperPatience): Promise<number> => {
  useProcessHelper(path, patience);
  for (;;) {
    const starter = await starterNow();
    if (starter !== process.pid) return starter;
  }
};
