import { commandLine } from '../../adapters/system/command-line.ts';
import { type Campaign, campaign, MAX_SEED } from './campaign.ts';
import { type DatabaseKind, databaseKinds } from './history-database.ts';
import { mutations } from './mutations.ts';
import { runReal } from './real/run-real.ts';

/** `npm run test:faults`: random histories with faults, until so many have passed or one has not. */

const usage = `Plays random histories of a service with faults, and checks it against what git holds.

  npm run test:faults -- [--seed N] [--histories K] [--operations N] [--faults N] [--verbose]
                         [--database memory|sqlite] [--mutations | --real [--parallel N] [--go-on]]

  --seed        of the first history, each next one has the next number; a new one unless given. It is printed
  --histories   how many, 1000 unless given
  --operations  in a history at most, 14 unless given
  --faults      in a history at most, 10 unless given
  --verbose     print the whole course of a history that fails
  --database    in memory, unless it is sqlite: then the database of one machine, which takes longer
  --mutations   break the product on purpose, in each of some ways, and tell after how many histories it is seen
  --real        the service as processes of its own, real git and real kills, in real time; 10 histories unless given
  --parallel    how many of those are played at once, 2 unless given
  --go-on       and play all of them, whatever is found`;

const numbers = { seed: MAX_SEED, histories: 10_000_000, operations: 1_000, faults: 1_000, parallel: 64 } as const;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

interface Options extends Campaign {
  readonly verbose: boolean;
  readonly mutations: boolean;
  readonly real: boolean;
  readonly database: DatabaseKind;
  readonly parallel: number;
  readonly goOn: boolean;
}

const read = (): Options => {
  const { values } = commandLine({
    usage,
    options: {
      seed: { type: 'string' },
      histories: { type: 'string' },
      operations: { type: 'string', default: '14' },
      faults: { type: 'string', default: '10' },
      verbose: { type: 'boolean', default: false },
      mutations: { type: 'boolean', default: false },
      real: { type: 'boolean', default: false },
      database: { type: 'string', default: 'memory' },
      'go-on': { type: 'boolean', default: false },
      parallel: { type: 'string', default: '2' },
    },
  });
  const number = (name: keyof typeof numbers): number | undefined => {
    const text = values[name];
    if (text === undefined) return undefined;
    if (!/^\d{1,9}\d?$/.test(text) || Number(text) > numbers[name])
      throw new TypeError(`--${name} must be a whole number from 0 to ${numbers[name]}, not ${text}`);
    return Number(text);
  };
  if (values.mutations && values.real) throw new TypeError('--mutations and --real do not go together');
  const database = databaseKinds.find((kind) => kind === values.database);
  if (database === undefined)
    throw new TypeError(`--database must be ${databaseKinds.join(' or ')}, not ${values.database}`);
  return {
    seed: number('seed'),
    histories: number('histories') ?? (values.real ? 10 : 1000),
    operations: number('operations') ?? 0,
    faults: number('faults') ?? 0,
    verbose: values.verbose,
    mutations: values.mutations,
    real: values.real,
    database,
    goOn: values['go-on'],
    parallel: Math.max(1, number('parallel') ?? 1),
  };
};

const main = async (): Promise<number> => {
  let options: ReturnType<typeof read>;
  try {
    options = read();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    return 2;
  }
  if (options.mutations) return breakOnPurpose(options);
  if (options.real) return runReal({ ...options, operations: options.operations || 14 }, print);
  return play(options);
};

/** Each mutation must be seen within so many histories. */
const breakOnPurpose = async (options: Options): Promise<number> => {
  let unseen = 0;
  for (const mutation of mutations) {
    const { sums, failure } = await campaign({ ...options, seed: options.seed ?? 1 }, undefined, {
      mutation,
      database: options.database,
    });
    if (failure === null) unseen += 1;
    const seen = failure === null ? 'NOT SEEN' : `${failure.played.violations[0]} (seed ${failure.seed})`;
    print(`${mutation.name}\n  after ${sums.histories} histories: ${seen}`);
  }
  print(`${mutations.length - unseen} of ${mutations.length} mutations seen`);
  return unseen === 0 ? 0 : 1;
};

const play = async (options: Options): Promise<number> => {
  const begun = performance.now();
  const result = await campaign(options, (progress) => print(progress), { database: options.database });
  const seconds = (performance.now() - begun) / 1000;
  const { histories, jobs, plans, headStarts, looks, calls, strikes } = result.sums;
  const kinds = [...strikes].sort().map(([kind, count]) => `${kind} ${count}`);
  print(
    `${histories} histories of seed ${result.seed} in ${seconds.toFixed(0)} s: ${jobs} jobs (${plans} of them plans), ${headStarts} head starts, ${looks} looks, ${calls} calls`,
  );
  print(`faults: ${[...strikes.values()].reduce((sum, count) => sum + count, 0)} (${kinds.join(', ')})`);
  if (result.failure === null) {
    if (jobs === 0) {
      print('no job was made: nothing was looked at');
      return 1;
    }
    print('violations: none');
    return 0;
  }
  const { seed, history, played } = result.failure;
  print(`\nviolations, in the history of seed ${seed} made as small as could be:`);
  for (const violation of played.violations) print(`  ${violation}`);
  print(`\n${JSON.stringify(history)}`);
  if (options.verbose) print(`\nwhat happened:\n${played.trace.join('\n')}`);
  const size = `--operations ${options.operations} --faults ${options.faults}${options.database === 'sqlite' ? ' --database sqlite' : ''}`;
  print(`\nagain: npm run test:faults -- --seed ${seed} --histories 1 ${size}`);
  return 1;
};

process.exitCode = await main();
