import { BlobResult, type JobRef } from '../contract/workflow-state.ts';
import { ObjectMissingError } from '../domain/errors.ts';
import { type ManifestEntry, manifestLine, parseDraftLine } from '../domain/manifest.ts';
import type { Runtime } from '../ports/runtime.ts';
import { jobKeys } from './job-keys.ts';
import type { Pulse } from './pulse.ts';

type Deps = Pick<Runtime, 'objects'>;
type Results = ReadonlyMap<string, BlobResult>;

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
    for await (const line of deps.objects.getLines(key)) {
      const result = BlobResult.parse(JSON.parse(line));
      results.set(result.oid, result);
    }
    await pulse.check();
  }
  return results;
};

/**
 * Streams a draft into a committed manifest, each pending entry with its result. A missing result is an error: a
 * manifest that claims less or more than was done is never written.
 */
export const writeManifest = async (
  deps: Deps,
  draftKey: string,
  key: string,
  results: Results,
  totals: Totals,
  pulse: Pulse,
  /** Told of every path that this job changed, as it now stands. */
  note: (entry: ManifestEntry) => Promise<void>,
): Promise<{ files: number; chunks: number; bytes: number }> => {
  const sums = { files: 0, chunks: 0, bytes: 0 };
  let seen = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const line of deps.objects.getLines(draftKey)) {
      if (++seen % 5000 === 0) await pulse.check();
      const { entry: draft, changed } = parseDraftLine(line);
      const entry = draft.outcome === 'pending' ? complete(draft, results, totals) : draft;
      if (entry.outcome === 'indexed') {
        sums.files += 1;
        sums.chunks += entry.chunks;
        sums.bytes += entry.size;
      }
      if (changed) await note(entry);
      yield entry === draft && !changed ? line : manifestLine(entry);
    }
  }
  await deps.objects.putLines(key, lines());
  return sums;
};

const complete = (draft: ManifestEntry, results: Results, totals: Totals): ManifestEntry => {
  const result = results.get(draft.oid);
  if (result === undefined) throw new ObjectMissingError(`no result for blob ${draft.oid} of ${draft.path}`);
  if (result.outcome === 'indexed') totals.indexed += 1;
  else if (result.outcome === 'failed') totals.failed += 1;
  else totals.skipped_by_reason[result.reason] = (totals.skipped_by_reason[result.reason] ?? 0) + 1;
  const { size, outcome, reason, chunks } = result;
  return { ...draft, size, outcome, reason, chunks };
};
