import type { DiffedBranch } from '../contract/job-files.ts';
import { BlobResult, type JobRef } from '../contract/workflow-state.ts';
import { ObjectMissingError } from '../domain/errors.ts';
import { addUnder } from '../domain/own.ts';
import { isIndexedLine, type ManifestEntry, manifestLine, oidOfLine, parseManifestLine } from '../manifest/manifest.ts';
import { applyPatch, parsePatchLine } from '../manifest/manifest-patch.ts';
import { jobKeys } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Pulse } from './pulse.ts';

type Deps = Pick<Runtime, 'objects'>;
export type Results = ReadonlyMap<string, BlobResult>;

/** What became of the files whose content was read. */
export interface Totals {
  indexed: number;
  failed: number;
  readonly skipped_by_reason: Record<string, number>;
  chunks_embedded: number;
  chunks_reused: number;
}

/** All results of a job, by oid: in proportion to the change. */
export const readResults = async (deps: Deps, job: JobRef, pulse: Pulse): Promise<Results> => {
  const results = new Map<string, BlobResult>();
  for await (const key of deps.objects.list(jobKeys(job).results)) {
    for await (const lines of deps.objects.getLines(key))
      for (const line of lines) {
        const result = BlobResult.parse(JSON.parse(line));
        results.set(result.oid, result);
      }
    await pulse.check();
  }
  return results;
};

export interface ManifestParts {
  readonly branch: DiffedBranch;
  /** Where the manifest is written. */
  readonly key: string;
  readonly results: Results;
  readonly totals: Totals;
  /** Blobs that may have lost their last path, by oid: those that the manifest has in the index are taken out. */
  readonly dropped: Map<string, unknown>;
  readonly pulse: Pulse;
  /** Told, block by block, of the paths that this job changed and that are still there, as they now stand. */
  readonly note: (entries: readonly ManifestEntry[]) => Promise<void>;
}

/**
 * Streams the committed manifest and its patch into a new one, each pending entry with its result. A missing result is an error:
 * a manifest that claims less or more than was done is never written.
 */
export const writeManifest = async (
  deps: Deps,
  { branch, key, results, totals, dropped, pulse, note }: ManifestParts,
): Promise<{ files: number; chunks: number; bytes: number }> => {
  const { files = 0, chunks = 0, bytes = 0 } = branch.base ?? {};
  const sums = { files, chunks, bytes };
  const add = ({ outcome, chunks, size }: ManifestEntry, sign: 1 | -1): void => {
    if (outcome !== 'indexed') return;
    sums.files += sign;
    sums.chunks += sign * chunks;
    sums.bytes += sign * size;
  };
  let changed: ManifestEntry[] = [];
  const replace = (old: string | null, patch: string): string | null => {
    if (old !== null) add(parseManifestLine(old), -1);
    const put = parsePatchLine(patch);
    if (put === null) return null;
    const entry = put.outcome === 'pending' ? complete(put, results, totals) : put;
    add(entry, 1);
    changed.push(entry);
    return manifestLine(entry);
  };
  async function* blocks(): AsyncGenerator<readonly string[]> {
    const base = branch.base === null ? nothing() : deps.objects.getLines(branch.base.manifest_key);
    for await (const lines of applyPatch(base, deps.objects.getLines(branch.patch_key), replace)) {
      if (dropped.size > 0) for (const line of lines) if (isIndexedLine(line)) dropped.delete(oidOfLine(line));
      yield lines;
      await note(changed);
      changed = [];
      await pulse.check();
    }
  }
  await deps.objects.putLines(key, blocks());
  return sums;
};

async function* nothing(): AsyncGenerator<never> {}

const complete = (pending: ManifestEntry, results: Results, totals: Totals): ManifestEntry => {
  const result = results.get(pending.oid);
  if (result === undefined) throw new ObjectMissingError(`no result for blob ${pending.oid} of ${pending.path}`);
  if (result.outcome === 'indexed') totals.indexed += 1;
  else if (result.outcome === 'failed') totals.failed += 1;
  else addUnder(totals.skipped_by_reason, result.reason, 1);
  const { size, outcome, reason, chunks } = result;
  return { ...pending, size, outcome, reason, chunks };
};
