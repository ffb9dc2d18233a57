import { commandLine } from '../adapters/system/command-line.ts';
import { quotas } from './aws-figures.ts';
import { usesOf } from './scaling-limits.ts';
import { millionSearches, monthlyCost, syncCost, syncTime, usefulConcurrency, type Workload } from './scaling-model.ts';

/**
 * What the service takes on AWS, computed from quotas and prices, from 1 thousand to 10 million files and from 1 to
 * 100,000 repositories; nothing is called:
 *
 *     npm run bench:scaling
 */

commandLine({
  usage: `npm run bench:scaling

Computes from quotas and prices what the service takes on AWS. Nothing is called.`,
});

const base = { syncsOfRepositoryPerDay: 10, dimensions: 1024, maxConcurrency: 5 } as const;

const usd = (value: number): string => `$${value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString('en')}`;
const count = (value: number): string => value.toLocaleString('en');
const time = (seconds: number): string =>
  seconds < 90
    ? `${seconds.toFixed(0)} s`
    : seconds < 5400
      ? `${(seconds / 60).toFixed(0)} min`
      : seconds < 172_800
        ? `${(seconds / 3600).toFixed(1)} h`
        : `${(seconds / 86_400).toFixed(0)} d`;
const sum = (parts: Readonly<Record<string, number>>): number =>
  Object.values(parts).reduce((all, each) => all + each, 0);

const print = (head: readonly string[], rows: readonly (readonly string[])[]): void => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  console.log([line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'), '\n');
};

const firstBound = (workload: Workload): string => {
  const [tightest] = usesOf(workload);
  if (tightest === undefined) return '';
  const share = tightest.used / tightest.limit;
  return `${share > 1 ? '**breaks**: ' : ''}${tightest.bound}, ${share < 0.01 ? '<1' : count(Math.round(share * 100))} %`;
};

console.log(
  `Tokens a minute: ${count(quotas.embeddingTokensPerMinute.value)}; useful children of a Map: ${usefulConcurrency()}\n`,
);

console.log('One repository, 10 syncs a day with 8 changed files each, 10,000 searches a month\n');
print(
  [
    'files',
    'first index',
    'waits for',
    'its cost',
    '10 × the tokens a minute',
    'waits for',
    '8 changed files',
    'a month',
    'tightest bound',
  ],
  [1_000, 10_000, 100_000, 1_000_000, 10_000_000].map((files) => {
    const workload = { ...base, repositories: 1, filesOfRepository: files, changedFiles: 8, searchesPerMonth: 10_000 };
    const first = syncTime(files, files, base.maxConcurrency);
    // A tenth of the quota's use is ten times the quota.
    const raised = syncTime(files, files, base.maxConcurrency, 0.1);
    return [
      count(files),
      time(first.total),
      first.by,
      usd(sum(syncCost(files, files, base))),
      time(raised.total),
      raised.by,
      time(syncTime(files, 8, base.maxConcurrency).total),
      usd(sum(monthlyCost(workload))),
      firstBound(workload),
    ];
  }),
);

console.log('Repositories of 1,000 files each, 10 syncs a day with 8 changed files each, 100 searches a month each\n');
print(
  [
    'repositories',
    'files',
    'all first indexes',
    'their cost',
    'a month',
    'of it syncs',
    'at rest',
    'searches',
    'tightest bound',
  ],
  [1, 10, 100, 1_000, 10_000, 100_000].map((repositories) => {
    const workload = {
      ...base,
      repositories,
      filesOfRepository: 1_000,
      changedFiles: 8,
      searchesPerMonth: 100 * repositories,
    };
    const cost = monthlyCost(workload);
    return [
      count(repositories),
      count(repositories * 1_000),
      time(syncTime(1_000, 1_000, base.maxConcurrency, repositories).total),
      usd(repositories * sum(syncCost(1_000, 1_000, base))),
      usd(sum(cost)),
      usd(cost.syncs ?? 0),
      usd(cost['index at rest'] ?? 0),
      usd(cost.searches ?? 0),
      firstBound(workload),
    ];
  }),
);

const searchFiles = [1_000, 10_000, 100_000] as const;
console.log('A million searches of one repository, in US dollars\n');
print(
  ['', ...(['cold', 'warm'] as const).flatMap((kind) => searchFiles.map((files) => `${count(files)} files, ${kind}`))],
  [
    ...Object.keys(millionSearches('cold', 1_000, base.dimensions)).map((part) => [
      part,
      ...(['cold', 'warm'] as const).flatMap((kind) =>
        searchFiles.map((files) => usd(millionSearches(kind, files, base.dimensions)[part] ?? 0)),
      ),
    ]),
    [
      'all',
      ...(['cold', 'warm'] as const).flatMap((kind) =>
        searchFiles.map((files) => usd(sum(millionSearches(kind, files, base.dimensions)))),
      ),
    ],
  ],
);

console.log('What breaks, of 100,000 repositories and of one repository of 10 million files\n');
for (const [repositories, filesOfRepository] of [
  [100_000, 1_000],
  [1, 10_000_000],
] as const)
  print(
    ['bound', 'used', 'limit', 'what to do'],
    usesOf({ ...base, repositories, filesOfRepository, changedFiles: 8, searchesPerMonth: 0 })
      .filter(({ used, limit }) => used > 0.5 * limit)
      .map(({ bound, used, limit, remedy }) => [bound, count(Math.round(used)), count(limit), remedy]),
  );
