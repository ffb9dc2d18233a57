import { type PackedBatch, StandingBatch, type WantedBlob } from '../contract/job-files.ts';
import type { JobRecord } from '../contract/records.ts';
import type { JobRef, StagedBlob } from '../contract/workflow-state.ts';
import type { ByteBlocks } from '../domain/byte-blocks.ts';
import type { PackedText } from '../manifest/packs/pack-text.ts';
import { mapAhead } from '../manifest/pages/map-ahead.ts';
import { readJson } from '../objects/json-objects.ts';
import { jobKeys } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import { createTextKeeper, writePack } from './pack-writer.ts';
import { planBatches } from './rules/plan-batches.ts';

type Deps = Pick<Runtime, 'objects' | 'settings' | 'headStart'>;

/** A blob with its text. Bytes and not a string: nearly all are kept as they were read, and V8's heap has nothing of them to collect. */
export type ReadFile = StagedBlob & PackedText;

/** Batches that are being written while the next is read: of 2 MiB of text each at most. */
const BATCHES_AT_ONCE = 3;

type Wanted = ReadonlyMap<string, WantedBlob>;

/** Surely of several batches. A smaller job is read in a moment: nothing is noted of its batches, and none begins before the Map. */
const isLarge = ({ settings }: Deps, wanted: Wanted): boolean => wanted.size > settings.batchLimits.files;

/**
 * The batches of a large job that an earlier try of this step has left, from the first on without a gap: they stay as they are, since they may have been
 * embedded, under their numbers.
 */
export const readStanding = async (deps: Deps, job: JobRef, wanted: Wanted): Promise<readonly StandingBatch[]> => {
  const standing: StandingBatch[] = [];
  if (!isLarge(deps, wanted)) return standing;
  for (;;) {
    const next = await readJson(deps.objects, jobKeys(job).standing(standing.length + 1), StandingBatch);
    if (next === null) return standing;
    standing.push(next);
  }
};

/** Writes the texts in batches, behind those that stand, each with its pack, and releases them. Nothing of a job begins to be embedded that a limit may still refuse, or that is only a plan. */
export const writeBatches = async (
  deps: Deps,
  job: JobRef,
  { options }: Pick<JobRecord, 'options'>,
  texts: AsyncIterable<ReadFile>,
  blocks: ByteBlocks,
  wanted: Wanted,
  standing: readonly StandingBatch[],
): Promise<{ readonly batches: readonly StandingBatch[]; readonly kept: readonly PackedBatch[] }> => {
  const batches: StandingBatch[] = [];
  const large = isLarge(deps, wanted);
  const mayBegin = large && options.max_cost === undefined && options.dry_run !== true;
  const stands = (batch: StandingBatch): void => {
    batches.push(batch);
    if (mayBegin) deps.headStart.staged(job, batch.item);
  };
  standing.forEach(stands);
  const keeper = createTextKeeper(deps, job, deps.settings.batchLimits);
  async function* toEmbed(): AsyncGenerator<ReadFile> {
    for await (const file of texts)
      if (wanted.get(file.oid)?.text_only !== true) yield file;
      else {
        await keeper.add(file);
        blocks.release([file.utf8]);
      }
  }
  const write = async (files: readonly ReadFile[], batch: number, before: Promise<unknown>): Promise<StandingBatch> => {
    const key = jobKeys(job).batch(batch);
    const pack = await writePack(deps, job, files);
    blocks.release(files.map(({ utf8 }) => utf8));
    await deps.objects.putLines(
      key,
      files.map(({ utf8, length, ...blob }) => JSON.stringify(blob satisfies StagedBlob)),
    );
    const item = { batch, key, files: countFiles(files, wanted), bytes: sizeOf(files), pack: pack.name };
    // Last of all: what it names is there, and no number before it is missing. A next try would give that to other files.
    await before;
    if (large) await deps.objects.putText(jobKeys(job).standing(batch), JSON.stringify({ item, pack }));
    return { item, pack };
  };
  let planned = standing.length;
  let last: Promise<unknown> = Promise.resolve();
  const written = mapAhead(planBatches(toEmbed(), deps.settings.batchLimits), BATCHES_AT_ONCE, (files) => {
    planned += 1;
    const made = write(files, planned, last);
    last = made;
    return made;
  });
  for await (const batch of written) stands(batch);
  return { batches, kept: await keeper.close() };
};

const sizeOf = (files: readonly { readonly size: number }[]): number => files.reduce((sum, { size }) => sum + size, 0);

/** Changed paths that wait for these blobs. */
export const countFiles = (blobs: readonly { oid: string }[], wanted: Wanted): number =>
  blobs.reduce((sum, { oid }) => sum + (wanted.get(oid)?.files ?? 1), 0);
