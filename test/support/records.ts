import type { BranchPointer, RepositoryRecord } from '../../core/contract/records.ts';
import { noRates } from '../../core/domain/estimate.ts';

const at = '2026-01-02T03:04:05.000Z';

/** A branch's pointer as a publish writes it. */
export const pointerFor = (manifestKey: string, more: Partial<BranchPointer> = {}): BranchPointer => ({
  commit: '1'.repeat(40),
  generation: 1,
  manifest_key: manifestKey,
  files: 1,
  chunks: 1,
  bytes: 10,
  indexed_at: at,
  rules: 'r',
  ...more,
});

/** A registered repository without an index. */
export const repositoryRecord = (more: Partial<RepositoryRecord> = {}): RepositoryRecord => ({
  repository_id: 'shop' as RepositoryRecord['repository_id'],
  owner: 'ann' as RepositoryRecord['owner'],
  grants: {},
  source: { url: 'https://example.com/shop.git' },
  default_branch: null,
  ignore_patterns: [],
  schedule: null,
  secrets: { webhook: 'whsec_a', push: 'whsec_b' },
  disabled_webhooks: [],
  created_at: at,
  updated_at: at,
  fence: 0,
  generation: 0,
  generations: {},
  branches: {},
  leftovers: [],
  rates: noRates,
  ...more,
});
