import type { DiffFile } from '../contract/job-files.ts';
import type { JobPlan } from '../contract/job-plan.ts';
import type { EffectiveOptions } from '../contract/sync-options.ts';
import type { BlobResult } from '../contract/workflow-state.ts';
import { addUnder } from '../domain/own.ts';
import { tokensOf } from '../domain/quota.ts';

/** US dollars, to the thousandth of a cent; null where no price is known. */
export const costOf = (tokens: number | null, usdPerMillionTokens: number | null): number | null =>
  tokens === null || usdPerMillionTokens === null
    ? null
    : Math.ceil((tokens * usdPerMillionTokens * 100_000) / 1_000_000) / 100_000;

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

interface Known {
  readonly counts: DiffFile['counts'];
  readonly filesToRead: number;
  readonly usdPerMillionTokens: number | null;
  readonly seconds: number | null;
  readonly droppedBranches: readonly string[];
}

/** What is known when the trees are compared: all of it, where nothing must be read. */
export const planAfterDiff = ({ counts, filesToRead, seconds, ...known }: Known): JobPlan => {
  const { indexed, skipped_by_reason, ...changes } = counts;
  const exact = filesToRead === 0;
  const nothing = exact ? 0 : null;
  return {
    exact,
    ...changes,
    files_to_read: filesToRead,
    skipped: sum(skipped_by_reason),
    skipped_by_reason,
    indexed: exact ? indexed : null,
    failed: nothing,
    chunks_embedded: nothing,
    chunks_reused: nothing,
    tokens: nothing,
    usd_per_million_tokens: known.usdPerMillionTokens,
    cost_usd: costOf(nothing, known.usdPerMillionTokens),
    seconds,
    dropped_branches: [...known.droppedBranches],
  };
};

/**
 * The same once the contents are read: `bytes` of texts are no fewer than their characters, so no more tokens than this are embedded.
 *
 * @param skippedByReason the files that were read and are left out.
 */
export const planAfterStage = (
  plan: JobPlan,
  bytes: number,
  skippedByReason: Readonly<Record<string, number>>,
): JobPlan => {
  const skipped_by_reason = { ...plan.skipped_by_reason };
  for (const [reason, files] of Object.entries(skippedByReason)) addUnder(skipped_by_reason, reason, files);
  const tokens = tokensOf(bytes);
  return {
    ...plan,
    skipped: sum(skipped_by_reason),
    skipped_by_reason,
    tokens,
    cost_usd: costOf(tokens, plan.usd_per_million_tokens),
  };
};

/** The same when all files were cut into chunks and compared, and none was embedded. */
export const exactPlan = (
  plan: JobPlan,
  found: {
    readonly indexed: number;
    readonly failed: number;
    readonly skipped_by_reason: Readonly<Record<string, number>>;
    readonly results: Iterable<BlobResult>;
  },
): JobPlan => {
  const used = usedBy(found.results);
  return {
    ...plan,
    exact: true,
    indexed: found.indexed,
    failed: found.failed,
    skipped: sum(found.skipped_by_reason),
    skipped_by_reason: { ...found.skipped_by_reason },
    ...used,
    cost_usd: costOf(used.tokens, plan.usd_per_million_tokens),
  };
};

/** What the results of a job, or of one batch, took. */
export const usedBy = (results: Iterable<BlobResult>) => {
  const used = { tokens: 0, chunks_embedded: 0, chunks_reused: 0 };
  for (const { tokens = 0, embedded, reused } of results) {
    used.tokens += tokens;
    used.chunks_embedded += embedded;
    used.chunks_reused += reused;
  }
  return used;
};

/** Whether it is known that the sync stays within the limits that it was given. Of one without limits there is nothing to know. */
export const keepsLimits = (
  options: Pick<EffectiveOptions, 'max_files' | 'max_cost'>,
  plan: JobPlan | null,
): boolean => {
  const { max_files, max_cost } = options;
  if (plan === null || (max_files === undefined && max_cost === undefined)) return false;
  return (max_cost === undefined || plan.tokens !== null) && overLimit(options, plan) === null;
};

/** Why the sync may not go on, or null. A cost that is not known is not held to be low. */
export const overLimit = (
  { max_files, max_cost }: Pick<EffectiveOptions, 'max_files' | 'max_cost'>,
  { files_to_read, tokens, cost_usd, usd_per_million_tokens }: JobPlan,
): string | null => {
  if (max_files !== undefined && files_to_read > max_files)
    return `${files_to_read} files would be read, and max_files is ${max_files}: nothing was changed`;
  if (max_cost === undefined) return null;
  if (usd_per_million_tokens === null)
    return 'max_cost cannot be held: the operator has not set what the embedding model costs; nothing was changed';
  if (tokens === null || cost_usd === null || cost_usd <= max_cost) return null;
  return `it may cost ${cost_usd} US dollars (${tokens} tokens at most), and max_cost is ${max_cost}: nothing was changed`;
};
