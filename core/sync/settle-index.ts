import type { DiffFile } from '../contract/job-files.ts';
import type { BranchPointer } from '../contract/records.ts';
import type { Manifest } from '../objects/manifests.ts';
import type { Runtime } from '../ports/runtime.ts';
import { chunksOf, type RowsPut, rowsPut } from './generation-after.ts';
import { generationOf } from './generation-of.ts';
import { withoutHeld } from './held-blobs.ts';
import type { LoadedJob } from './load-job.ts';
import type { Pulse } from './pulse.ts';
import type { Results } from './write-manifest.ts';

/** What is known once all manifests are written. */
interface Written {
  /** Blobs that no branch of the generation has any more, each with its line `oid TAB chunks`. */
  readonly dropped: ReadonlyMap<string, string>;
  /** As they are after the flip. */
  readonly branches: Readonly<Record<string, BranchPointer>>;
  /** By their keys: of the branches that are in the generation. */
  readonly manifests: ReadonlyMap<string, Manifest>;
}

/** A settle that has begun, where the job has put rows. */
interface Settling {
  /** Does what is done beside it; when that fails, waits for the settle's end too, so that no step ends before what it has begun. */
  beside<T>(work: () => Promise<T>): Promise<T>;
  /** Once the index has settled. */
  readonly rows: Promise<RowsPut>;
  /** What the index has answered. */
  end(written: Written): Promise<string | undefined>;
}

/** Has the index complete what the job has put, and let go of what no branch has any more. */
export const beginSettling = (
  deps: Pick<Runtime, 'index'>,
  { job, repository }: LoadedJob,
  { generation }: DiffFile,
  results: Results,
  pulse: Pulse,
): Settling => {
  const written = Promise.withResolvers<Written>();
  const hasPut = [...results.values()].some(({ embedded, reused }) => embedded + reused > 0);
  const settled = !hasPut
    ? Promise.resolve(undefined)
    : deps.index.settle(
        { ...generationOf(repository, generation), writer: job.job_id },
        {
          dropped: async () => {
            const { dropped, branches } = await written.promise;
            const gone = Object.entries(repository.branches).filter(
              ([name, pointer]) => pointer.generation === generation && !Object.hasOwn(branches, name),
            );
            return chunksOf(dropped.values()) + gone.reduce((sum, [, { chunks }]) => sum + chunks, 0);
          },
          unheld: async (blobs) => {
            const { branches, manifests } = await written.promise;
            const left = new Map([...blobs].map((blob) => [blob, null]));
            for (const { manifest_key } of Object.values(branches)) {
              const manifest = manifests.get(manifest_key);
              if (manifest !== undefined) await withoutHeld(manifest, left, pulse);
            }
            return new Set(left.keys());
          },
        },
      );
  const rows = settled.then(() => rowsPut(deps, repository, generation, results));
  // A failure is for who waits for it.
  for (const each of [written.promise, settled, rows]) each.catch(() => undefined);
  return {
    rows,
    beside: async (work) => {
      try {
        return await work();
      } catch (error) {
        written.reject(error);
        await rows.catch(() => undefined);
        throw error;
      }
    },
    end: (known) => {
      written.resolve(known);
      return settled;
    },
  };
};
