import type { JobRef } from '../contract/workflow-state.ts';
import { ObjectDamagedError, ObjectMissingError } from '../domain/errors.ts';
import { type PackedText, packedText } from '../manifest/packs/pack-text.ts';
import { contentSet, packOfLine } from '../manifest/pages/manifest-sets.ts';
import type { PageRef } from '../manifest/pages/paged-set.ts';
import { lookUp } from '../manifest/pages/read-pages.ts';
import { needPack } from '../objects/contents.ts';
import { type Manifest, packsOf, pagesOf } from '../objects/manifests.ts';
import type { Runtime } from '../ports/runtime.ts';
import { createTextKeeper } from './pack-writer.ts';
import type { Pulse } from './pulse.ts';
import { packsToRewrite } from './rules/packs-to-rewrite.ts';
import { type Packed, packedIn } from './write-contents.ts';

type Deps = Pick<Runtime, 'objects' | 'logger' | 'settings'>;

/**
 * Puts the texts of packs that are mostly dead, or too many, into new ones, which the manifest that is written next names instead. Bounded work; for most
 * syncs none. A pack that cannot be read is left to the next job's comparison.
 */
export const rewritePacks = async (deps: Deps, job: JobRef, base: Manifest | null, pulse: Pulse): Promise<Packed> => {
  const chosen = base === null ? [] : packsToRewrite(packsOf(base), deps.settings.rewriteLimits);
  if (base === null || chosen.length === 0) return new Map();
  const keeper = createTextKeeper(deps, job, deps.settings.batchLimits);
  try {
    for (const pack of chosen) {
      for (const text of await heldTexts(deps, job, base, pack)) await keeper.add(text);
      await pulse.check();
    }
  } catch (error) {
    if (!(error instanceof ObjectMissingError || error instanceof ObjectDamagedError)) throw error;
    deps.logger.warn('packs not rewritten', { ...job, error: error.message });
    return new Map();
  }
  const packs = await keeper.close();
  deps.logger.info('packs rewritten', { ...job, packs: chosen.length, into: packs.length });
  return packedIn(job, packs);
};

/** The texts of a pack that the manifest names it for. */
const heldTexts = async (
  { objects }: Deps,
  { repository_id }: JobRef,
  manifest: Manifest,
  pack: PageRef,
): Promise<readonly PackedText[]> => {
  const { oids, textOf } = await needPack(objects, repository_id, pack);
  const sorted = [...new Set(oids)].sort();
  const lines = await lookUp(contentSet, pagesOf(manifest, contentSet), sorted, manifest.read);
  const held = new Set(sorted.filter((_, n) => lines[n] != null && packOfLine(lines[n]) === pack.name));
  // In the pack's own order, which is that of paths.
  return oids.flatMap((oid) => (held.has(oid) ? [packedText(oid, textOf(oid) as string)] : []));
};
