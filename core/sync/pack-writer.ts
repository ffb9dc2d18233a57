import type { PackedBatch } from '../contract/job-files.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { giveBack } from '../domain/give-back.ts';
import { filterText, gramFilterOf } from '../manifest/packs/gram-filter.ts';
import { type PackedText, packOf } from '../manifest/packs/pack-text.ts';
import { pageName } from '../manifest/pages/page-text.ts';
import { filterKey, packKey } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { BatchLimits } from './rules/plan-batches.ts';

type Deps = Pick<Runtime, 'objects'>;

/** Texts outlast the job: what it publishes names the pack. */
export const writePack = async (
  { objects }: Deps,
  { repository_id, job_id }: JobRef,
  texts: readonly PackedText[],
): Promise<PackedBatch> => {
  const pack = packOf(texts);
  const name = await pageName(pack);
  const stored = await objects.putText(packKey(repository_id, { writer: job_id, name }), pack);
  giveBack(pack);
  const length = texts.reduce((sum, each) => sum + each.length, 0);
  return { name, stored, length, oids: texts.map(({ oid }) => oid) };
};

/** Each pack that is published has its filter beside it. */
export const writeFilter = async (
  { objects }: Deps,
  { repository_id, job_id }: JobRef,
  name: string,
  texts: Iterable<string>,
): Promise<void> => {
  await objects.putText(filterKey(repository_id, { writer: job_id, name }), filterText(gramFilterOf(texts)));
};

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Gathers texts that are kept and not embedded, and writes them as packs with their filters. Holds one pack. */
export const createTextKeeper = (deps: Deps, job: JobRef, limits: BatchLimits) => {
  const packs: PackedBatch[] = [];
  let texts: PackedText[] = [];
  let length = 0;
  const write = async (): Promise<void> => {
    const pack = await writePack(deps, job, texts);
    await writeFilter(
      deps,
      job,
      pack.name,
      texts.map(({ utf8 }) => decoder.decode(utf8)),
    );
    packs.push(pack);
    [texts, length] = [[], 0];
  };
  return {
    add: async (text: PackedText): Promise<void> => {
      // A copy: bytes that were read are a view of what was read with them, which may be far more.
      texts.push({ ...text, utf8: new Uint8Array(text.utf8) });
      length += text.length;
      if (length >= limits.bytes) await write();
    },
    /** The packs that were written. */
    close: async (): Promise<readonly PackedBatch[]> => {
      if (texts.length > 0) await write();
      return packs;
    },
  };
};
