import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { commandLine } from '../../adapters/system/command-line.ts';
import { startService } from '../../test/support/service-process.ts';
import { markdownTable, plainTable } from '../tables.ts';
import { syncWatched } from '../watch-job.ts';
import { byGrep, bySearch, type Way } from './policies.ts';
import { readTasks } from './tasks.ts';

const usage = `npm run bench:mcp -- [options]

  --repository <dir>   a git repository, read at HEAD; this project's own without
  --tasks <file>       JSON: [{"question": "…", "files": ["path of a right file", …]}, …]; bench/agents/tasks.json without
  --markdown           the table as Markdown
`;

/** The tasks name the right files: neither side may look into them. */
const OWN = 'bench/agents/';
const ID = 'subject';
/** Lines that an agent reads of a file, by read_file and by itself. */
const READ_LINES = 400;

const git = async (repository: string, ...args: string[]): Promise<string> => {
  try {
    return (await promisify(execFile)('git', ['-C', repository, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    // git grep ends with 1 where nothing has the word.
    if ((error as { code?: unknown }).code === 1) return '';
    throw error;
  }
};

const run = async (source: string, tasksFile: string, markdown: boolean): Promise<void> => {
  const tasks = await readTasks(tasksFile);
  const directory = await mkdtemp(join(tmpdir(), 'bench-agents-'));
  const dataDir = join(directory, 'data');
  await mkdir(dataDir, { mode: 0o700 });
  // A checkout may be of no branch.
  const repository = join(directory, 'subject.git');
  await git(directory, 'init', '-q', '--bare', '-b', 'subject', repository);
  await git(repository, 'fetch', '-q', source, 'HEAD:refs/heads/subject');
  const service = await startService(dataDir, { SOURCE_ROOTS: '/' });
  const client = new Client({ name: 'bench', version: '1.0.0' });
  try {
    await service.api.register(ID, repository, { ignore_patterns: [`/${OWN}`] });
    await syncWatched(service.api, ID);
    await client.connect(
      new StreamableHTTPClientTransport(new URL('/mcp', service.url), {
        requestInit: { headers: { authorization: `Bearer ${service.token}` } },
      }),
    );
    const call = async (name: string, args: Record<string, unknown>) => {
      const { content, isError } = await client.callTool({ name, arguments: args });
      const answered = content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
      if (isError === true) throw new Error(`${name} ${JSON.stringify(args)}: ${answered}`);
      return { asked: JSON.stringify({ name, arguments: args }), answered };
    };
    const tools = {
      search: async (query: string) => {
        const made = await call('search_code', { repository: ID, query });
        const paths = [...made.answered.matchAll(/^\d+\. (.+):\d+-\d+ \(/gm)].map(([, path = '']) => path);
        return { call: made, paths };
      },
      read: (path: string) => call('read_file', { repository: ID, path }),
    };
    const alone = {
      grep: async (word: string) => {
        const args = ['grep', '-c', '-i', '-I', '-F', '-e', word, 'HEAD', '--', '.', `:!${OWN}`];
        const answered = (await git(repository, ...args)).replaceAll(/^HEAD:/gm, '');
        return { asked: `git ${args.join(' ')}`, answered };
      },
      read: async (path: string) => {
        const text = await git(repository, 'show', `HEAD:${path}`);
        return { asked: `sed -n 1,${READ_LINES}p ${path}`, answered: text.split('\n').slice(0, READ_LINES).join('\n') };
      },
    };
    const searched: Way[] = [];
    const grepped: Way[] = [];
    for (const task of tasks) {
      searched.push(await bySearch(tools, task));
      grepped.push(await byGrep(alone, task));
    }
    const table = markdown ? markdownTable : plainTable;
    console.log(
      table(
        ['way', 'right file read', 'calls, median', 'tokens, median', 'tokens, mean', 'tokens for each right file'],
        [rowOf('search_code and read_file', searched), rowOf('grep alone', grepped)],
      ),
    );
    for (const [at, { question }] of tasks.entries())
      if (searched[at]?.found !== true) console.log(`not found by search: ${question}`);
  } finally {
    await client.close();
    await service.terminate();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
};

const rowOf = (name: string, ways: readonly Way[]): string[] => {
  const found = ways.filter((way) => way.found).length;
  const tokens = ways.map((way) => way.tokens);
  const sum = tokens.reduce((total, each) => total + each, 0);
  return [
    name,
    `${found} of ${ways.length}`,
    String(median(ways.map(({ calls }) => calls))),
    String(median(tokens)),
    String(Math.round(sum / ways.length)),
    found === 0 ? '-' : String(Math.round(sum / found)),
  ];
};

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

const { values } = commandLine({
  usage,
  options: {
    repository: { type: 'string' },
    tasks: { type: 'string' },
    markdown: { type: 'boolean' },
  },
});
await run(
  resolve(values.repository ?? join(import.meta.dirname, '../..')),
  resolve(values.tasks ?? join(import.meta.dirname, 'tasks.json')),
  values.markdown === true,
);
