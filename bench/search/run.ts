import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { commandLine } from '../../adapters/system/command-line.ts';
import type { Api } from '../../test/support/api.ts';
import { startService } from '../../test/support/service-process.ts';
import { markdownTable, plainTable } from '../tables.ts';
import { syncWatched } from '../watch-job.ts';
import { type Baseline, bm25, grep, type TextFile } from './baselines.ts';
import { isSameFile, type Question, readBenchmark, type Subject } from './benchmark.ts';
import { openFolder, readTexts } from './indexed-folder.ts';
import { type Scored, scoreOf } from './scores.ts';
import { tablesOf } from './search-tables.ts';

const usage = `npm run bench:search -- --annotations <dir> --sources <dir> [options]

  --annotations <dir>   <name>.json for each repository, and repos.json there or in the folder above it
  --sources <dir>       a git repository for each, <dir>/<name>; they are read, never written to
  --only <name,…>       these repositories only
  --keep <dir>          where the service's data stay, so that the next run need not index again
  --no-baselines        without BM25 and grep
  --dump <file>         each query with the paths that were found, as lines of JSON
  --markdown            tables as Markdown
`;

/** Hits of one answer: enough that ten files are among them. */
const HITS = 50;

interface Options {
  readonly annotations: string;
  readonly sources: string;
  readonly only: readonly string[] | null;
  readonly keep: string | null;
  readonly baselines: boolean;
  readonly dump: string | null;
  readonly markdown: boolean;
}

const readOptions = (): Options | null => {
  const { values } = commandLine({
    usage,
    options: {
      annotations: { type: 'string' },
      sources: { type: 'string' },
      only: { type: 'string' },
      keep: { type: 'string' },
      'no-baselines': { type: 'boolean' },
      dump: { type: 'string' },
      markdown: { type: 'boolean' },
    },
  });
  if (values.annotations === undefined || values.sources === undefined) return null;
  return {
    annotations: resolve(values.annotations),
    sources: resolve(values.sources),
    only: values.only?.split(',') ?? null,
    keep: values.keep === undefined ? null : resolve(values.keep),
    baselines: values['no-baselines'] !== true,
    dump: values.dump ?? null,
    markdown: values.markdown === true,
  };
};

type Answers = Map<string, Scored[]>;

const measure = async (options: Options, directory: string): Promise<void> => {
  const subjects = (await readBenchmark(options.annotations)).filter(
    ({ name }) => options.only?.includes(name) ?? true,
  );
  const dataDir = join(directory, 'data');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const { api, terminate } = await startService(dataDir, { SOURCE_ROOTS: '/' });
  const scored: Answers = new Map();
  const dumped: string[] = [];
  const left = { sources: [] as string[], revisions: [] as string[], questions: 0 };
  try {
    for (const subject of subjects) {
      const folder = await openFolder(options.sources, join(directory, 'repositories'), subject);
      if (folder === null) {
        left.sources.push(subject.name);
        continue;
      }
      if (!folder.exact) left.revisions.push(subject.name);
      const questions = subject.questions.filter(({ answers }) =>
        answers.some((answer) => folder.paths.some((path) => isSameFile(path, answer))),
      );
      left.questions += subject.questions.length - questions.length;
      const id = await indexed(api, subject, folder.repository);
      const baselines = options.baselines ? baselinesOf(await readTexts(folder.repository)) : {};
      // The first search opens the index: its time is another figure.
      await pathsFound(api, id, 'warm', HITS);
      for (const question of questions)
        dumped.push(JSON.stringify(await askAll(api, { id, subject: subject.name, question, baselines }, scored)));
      process.stderr.write(`${subject.name}: ${questions.length} questions, ${folder.paths.length} files\n`);
    }
  } finally {
    await terminate();
  }
  if (options.dump !== null) await writeFile(options.dump, `${dumped.join('\n')}\n`);
  console.log(tablesOf(scored, options.markdown ? markdownTable : plainTable));
  console.log(`no such source or folder: ${left.sources.join(', ') || 'none'}`);
  console.log(`at HEAD, for want of the annotated revision: ${left.revisions.join(', ') || 'none'}`);
  console.log(`questions left out, as no file that answers them is there: ${left.questions}`);
};

const baselinesOf = (texts: readonly TextFile[]): Record<string, Baseline> => ({
  BM25: bm25(texts),
  grep: grep(texts),
});

/** Registered and indexed, unless an earlier run has kept it. */
const indexed = async (api: Api, { name }: Subject, repository: string): Promise<string> => {
  const id = name.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
  const known = await api.call('GET', `/api/repositories/${id}`);
  if (known.status === 404) await api.register(id, repository);
  // One that is indexed already reads nothing; one that an older version indexed is indexed anew.
  await syncWatched(api, id);
  return id;
};

const pathsFound = async (api: Api, id: string, q: string, limit: number): Promise<string[]> => {
  const { status, body } = await api.search(id, { q, limit: String(limit) });
  if (status !== 200) throw new Error(`${id}: the search for ${q} answered ${status} ${JSON.stringify(body)}`);
  return body.results.map(({ path }) => path);
};

interface Asked {
  readonly id: string;
  readonly subject: string;
  readonly question: Question;
  readonly baselines: Readonly<Record<string, Baseline>>;
}

/** Asks the service and the others, and adds what their answers are worth. */
const askAll = async (api: Api, { id, subject, question, baselines }: Asked, scored: Answers): Promise<object> => {
  const { words, answers, category } = question;
  const add = async (method: string, ask: () => Promise<readonly string[]> | readonly string[]) => {
    const begun = performance.now();
    const paths = await ask();
    const milliseconds = performance.now() - begun;
    const list = scored.get(method) ?? [];
    scored.set(method, list);
    list.push({ subject, category, milliseconds, ...scoreOf(paths, answers) });
    return paths;
  };
  const paths = await add('the service', async () => [...new Set(await pathsFound(api, id, words, HITS))]);
  await add('the service, ten hits', () => pathsFound(api, id, words, 10));
  for (const [method, baseline] of Object.entries(baselines)) await add(method, () => baseline(words));
  return { subject, words, category, answers, paths };
};

const options = readOptions();
if (options === null) {
  console.error(usage);
  process.exitCode = 2;
} else {
  const directory = options.keep ?? (await mkdtemp(join(tmpdir(), 'bench-search-')));
  try {
    await measure(options, directory);
  } finally {
    if (options.keep === null) await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
