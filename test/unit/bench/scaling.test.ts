import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { defaultGitLimits } from '../../../adapters/git/git-limits.ts';
import { prices, quotas, service } from '../../../bench/aws-figures.ts';
import { type Use, usesOf } from '../../../bench/scaling-limits.ts';
import {
  millionSearches,
  monthlyCost,
  searchCost,
  standingCost,
  syncCost,
  syncTime,
  usefulConcurrency,
  type Workload,
} from '../../../bench/scaling-model.ts';
import { defaultBatchLimits } from '../../../core/sync/rules/plan-batches.ts';

const workload = (parts: Partial<Workload> = {}): Workload => ({
  repositories: 100,
  filesOfRepository: 1_000,
  changedFiles: 8,
  syncsOfRepositoryPerDay: 10,
  searchesPerMonth: 1_000,
  dimensions: 1024,
  maxConcurrency: 5,
  ...parts,
});
const total = (parts: Readonly<Record<string, number>>): number =>
  Object.values(parts).reduce((sum, each) => sum + each, 0);

describe('the figures', () => {
  it('are those that the service goes by', () => {
    const definition = JSON.parse(
      readFileSync(new URL('../../../core/workflow/sync.asl.json', import.meta.url), 'utf8'),
    );
    expect(service).toMatchObject({
      filesOfRepository: defaultGitLimits.treeEntries,
      packBytes: defaultGitLimits.packBytes,
      executionSeconds: definition.TimeoutSeconds,
      filesOfBatch: defaultBatchLimits.files,
      bytesOfBatch: defaultBatchLimits.bytes,
    });
  });

  it('each say where they are from', () => {
    for (const { value, source } of [...Object.values(prices), ...Object.values(quotas)]) {
      expect(value).toBeGreaterThan(0);
      expect(source).toMatch(
        /^(Bedrock|S3|S3 Vectors|Lambda|DynamoDB|Step Functions|API Gateway|EventBridge|CloudWatch)/,
      );
    }
  });
});

describe('the time of a sync', () => {
  it('is that of the model’s quota for a first index: 234,400,000 bytes, 3 to a token, 300,000 tokens a minute', () => {
    const { embed, by, total: all } = syncTime(100_000, 100_000, 5);
    expect([by, Math.round(embed)]).toEqual(['tokens a minute', Math.round((234_400_000 / 3 / 300_000) * 60)]);
    expect(all).toBeGreaterThan(embed);
  });

  it('is bounded by the index’s 2,500 vectors a second where the model gives more', () => {
    const { embed, by } = syncTime(1_000_000, 1_000_000, 100, 0.001);
    expect(by).toBe('vectors a second');
    expect(embed).toBeCloseTo((1_000_000 * 500) / 256 / 2_500);
  });

  it('is bounded by its workers where both give more, and never by more workers than batches', () => {
    const few = syncTime(1_000, 256, 1, 0.001);
    expect(few).toEqual(syncTime(1_000, 256, 100, 0.001));
    expect(few.by).toBe('workers');
    expect(syncTime(1_000, 1_000, 2, 0.001).embed).toBeGreaterThan(syncTime(1_000, 1_000, 4, 0.001).embed);
  });

  it('waits for nothing when nothing has changed, and shares the quota with others', () => {
    expect(syncTime(1_000, 0, 5)).toMatchObject({ embed: 0, by: 'nothing' });
    expect(syncTime(1_000, 1_000, 5, 7).embed).toBeCloseTo(7 * syncTime(1_000, 1_000, 5).embed);
  });

  it('is more than ten times shorter for 8 changed files than for all, from 1,000 files on', () => {
    for (const files of [1_000, 10_000, 100_000, 1_000_000])
      expect(syncTime(files, files, 5).total).toBeGreaterThan(10 * syncTime(files, 8, 5).total);
  });
});

describe('the cost', () => {
  it('of a first index is mostly the model’s', () => {
    const cost = syncCost(100_000, 100_000, workload());
    expect(cost.Bedrock).toBeCloseTo((234.4 / 3) * 0.12);
    expect(cost.Bedrock).toBeGreaterThan(total(cost) / 2);
  });

  it('rises with workers that only wait for the quota', () => {
    expect(usefulConcurrency()).toBe(1);
    const [few, many] = [1, 20].map((maxConcurrency) =>
      total(syncCost(100_000, 100_000, workload({ maxConcurrency }))),
    );
    expect(many).toBeGreaterThan(1.3 * (few ?? 0));
  });

  it('of a sync that finds nothing has no model, no vectors and no batches in it', () => {
    expect(syncCost(1_000, 0, workload())).toMatchObject({ Bedrock: 0, 'S3 Vectors': 0 });
  });

  it('of a search grows with the index, more slowly above 100,000 vectors', () => {
    const [small = 0, middle = 0, large = 0] = [10_000, 51_200, 102_400].map((files) => searchCost(files, 1024));
    expect(middle).toBeGreaterThan(small);
    expect((large - middle) / 51_200).toBeLessThan((middle - small) / 41_200);
  });

  it('of a cold search has three objects of the manifest in it, and of a warm one none, whatever the size', () => {
    const [small, large, warm] = [
      millionSearches('cold', 1_000, 1024),
      millionSearches('cold', 100_000, 1024),
      millionSearches('warm', 100_000, 1024),
    ];
    expect(small['S3, the manifest']).toBeCloseTo(1.2);
    expect(large['S3, the manifest']).toBe(small['S3, the manifest']);
    expect(warm['S3, the manifest']).toBe(0);
    expect(total(large)).toBeGreaterThan(total(warm));
  });

  it('of a month is the sum of its parts, each in proportion to its cause', () => {
    const [once, twice] = [workload(), workload({ repositories: 200, searchesPerMonth: 2_000 })].map(monthlyCost);
    for (const part of ['syncs', 'index at rest', 'searches'])
      expect(twice?.[part]).toBeCloseTo(2 * (once?.[part] ?? 0));
    expect(twice?.standing).toBe(once?.standing);
    expect(standingCost(0)).toBeLessThan(standingCost(2));
  });

  it('of schedules begins after the 14 million that are free', () => {
    expect(monthlyCost(workload()).schedules).toBe(0);
    expect(monthlyCost(workload({ repositories: 100_000 })).schedules).toBeCloseTo(16);
  });
});

describe('what breaks first', () => {
  const broken = (of: Workload): string[] =>
    usesOf(of).flatMap(({ bound, used, limit }) => (used > limit ? [bound] : []));
  const share = ({ used, limit }: Use): number => used / limit;

  it('is told with how near every bound is, the tightest first, and what to do', () => {
    const uses = usesOf(workload());
    expect(uses.map(share)).toEqual([...uses.map(share)].sort((a, b) => b - a));
    for (const { remedy } of uses) expect(remedy).toMatch(/\.$/);
  });

  it('is nothing for a hundred repositories, nor for one of the 100,000 files that are promised', () => {
    expect(broken(workload())).toEqual([]);
    expect(broken(workload({ repositories: 1, filesOfRepository: 100_000 }))).toEqual([]);
  });

  it('is the execution’s 12 hours for a million files, and the service’s own limits for ten million', () => {
    expect(broken(workload({ repositories: 1, filesOfRepository: 1_000_000 }))).toEqual([
      'seconds of a first index, in one execution',
    ]);
    expect(broken(workload({ repositories: 1, filesOfRepository: 10_000_000 }))).toContain(
      'files of one repository (treeEntries)',
    );
  });

  it('is the model’s quota and the bucket’s 10,000 indexes for 100,000 repositories', () => {
    expect(broken(workload({ repositories: 100_000 })).slice(0, 2)).toEqual([
      'tokens a minute of the model, all syncs',
      'vector indexes of the bucket',
    ]);
  });
});

it('prints what docs/scaling.md tells', () => {
  const file = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
  const printed = execFileSync(process.execPath, [file('bench/scaling.ts')], { encoding: 'utf8' });
  expect(readFileSync(file('docs/scaling.md'), 'utf8')).toContain(printed.trim());
});
