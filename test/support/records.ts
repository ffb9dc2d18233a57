import type { BranchPointer, RepositoryRecord } from '../../core/contract/records.ts';
import { noRates } from '../../core/domain/estimate.ts';
import { aPointer, aRepository } from './sync-records.ts';

/** A branch's pointer as a publish of one file writes it. */
export const pointerFor = (manifestKey: string, more: Partial<BranchPointer> = {}): BranchPointer =>
  aPointer({ manifest_key: manifestKey, files: 1, chunks: 1, bytes: 10, ...more });

/** The registered repository `shop`, ann's, without an index. */
export const repositoryRecord = (more: Partial<RepositoryRecord> = {}): RepositoryRecord =>
  aRepository({
    repository_id: 'shop' as RepositoryRecord['repository_id'],
    owner: 'ann' as RepositoryRecord['owner'],
    source: { url: 'https://example.com/shop.git' },
    ignore_patterns: [],
    rates: noRates,
    ...more,
  });
