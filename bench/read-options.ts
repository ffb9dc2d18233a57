import { basename, resolve } from 'node:path';
import { NotCarriedOut, readCommandLine } from '../adapters/system/command-line.ts';
import { OWN_CONTENTS } from './share-trees.ts';

export const usage = `npm run bench -- [options]

  --files <n>                   files of the generated repository (100000; 0: none; above that a
                                multiple of 100000, which share their contents)
  --repository [<name>=]<path>  any git repository; as often as you like. It is read, never written to.
                                Without --files, no repository is generated then
  --only <scenario,…>           these scenarios only
  --quick                       small: 2000 files, fewer rounds, shorter runs
  --no-peer                     without zoekt
  --minutes <n>                 how long one scenario may take (30)
  --out <file>                  where the figures go (default: bench/results/<repositories>.json, complete runs only)
  --markdown                    tables as Markdown
`;

const options = {
  files: { type: 'string' },
  repository: { type: 'string', multiple: true },
  only: { type: 'string' },
  quick: { type: 'boolean' },
  'no-peer': { type: 'boolean' },
  minutes: { type: 'string' },
  out: { type: 'string' },
  markdown: { type: 'boolean' },
} as const;

/** What was wrong with the command line; the message is for whoever typed it. */
export class BenchUsageError extends NotCarriedOut {
  constructor(wrong: string) {
    super(`${wrong}\n\n${usage}`, 2);
  }
}

export interface BenchOptions {
  /** Of the generated repository; 0 for none. */
  readonly files: number;
  readonly repositories: readonly { readonly name: string; readonly path: string }[];
  /** Names of scenarios, in the order of the list that was given. */
  readonly scenarios: readonly string[];
  readonly quick: boolean;
  /** How long one scenario may take before it counts as failed. */
  readonly milliseconds: number;
  /** Null: the figures are printed only. */
  readonly out: string | null;
  readonly markdown: boolean;
}

/** Throws NotCarriedOut, for `--help` too. `known` are the scenarios there are. */
export const readOptions = (args: readonly string[], known: readonly string[]): BenchOptions => {
  const values = parse(args);
  const quick = values.quick === true;
  const repositories = (values.repository ?? []).map(nameAndPath);
  const files = wholeNumber('--files', values.files ?? (repositories.length > 0 ? '0' : quick ? '2000' : '100000'), 0);
  if (files > OWN_CONTENTS && files % OWN_CONTENTS !== 0)
    throw new BenchUsageError(`--files ${files}: above ${OWN_CONTENTS}, a multiple of that`);
  if (files === 0 && repositories.length === 0)
    throw new BenchUsageError('--files 0 and no --repository: nothing to do');
  const names = [...(files > 0 ? [generatedName(files)] : []), ...repositories.map(({ name }) => name)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new BenchUsageError(`two repositories are called ${twice}: use --repository <name>=<path>`);
  const only = values.only?.split(',');
  const unknown = only?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new BenchUsageError(`--only ${unknown}: there are ${known.join(', ')}`);
  const peer = values['no-peer'] !== true;
  const complete = only === undefined && peer && !quick;
  return {
    files,
    repositories,
    scenarios: known.filter((name) => (only?.includes(name) ?? true) && (peer || name !== 'peer')),
    quick,
    milliseconds: wholeNumber('--minutes', values.minutes ?? '30', 1) * 60_000,
    out: values.out ?? (complete ? resolve(import.meta.dirname, 'results', `${names.join('+')}.json`) : null),
    markdown: values.markdown === true,
  };
};

/** What the generated repository is called in the figures. */
export const generatedName = (files: number): string => `generated-${files}`;

const parse = (args: readonly string[]) => readCommandLine({ usage, options }, args).values;

const wholeNumber = (option: string, text: string, least: number): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least)
    throw new BenchUsageError(`${option} ${text}: a whole number from ${least} on`);
  return value;
};

/** The name goes into the figures, where no path of a machine belongs. */
const nameAndPath = (text: string): { readonly name: string; readonly path: string } => {
  const [, given, path = text] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
  const name = given ?? basename(resolve(path)).replace(/\.git$/, '');
  if (!/^[\w.-]+$/.test(name)) throw new BenchUsageError(`--repository ${text}: give it a name: <name>=<path>`);
  return { name, path: resolve(path) };
};
