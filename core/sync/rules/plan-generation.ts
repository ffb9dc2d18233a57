import { faultOf, type IndexFault, type ModeReason } from '../../domain/index-fault.ts';
import { own } from '../../domain/own.ts';

/** What the vectors of a generation were made with. */
export interface Recipe {
  readonly embedder_id: string;
  readonly dimensions: number;
  readonly chunker_version: string;
  readonly row_version?: number | undefined;
}

interface Described extends Recipe {
  readonly fault?: IndexFault | undefined;
}

interface IndexState {
  readonly branches: Readonly<Record<string, { readonly generation: number }>>;
  readonly generations: Readonly<Record<string, Described>>;
}

export type GenerationPlan =
  | { readonly kind: 'full'; readonly reason: ModeReason }
  /** Into this generation; `smart`: unless the diff finds that half of the files or more have changed. */
  | { readonly kind: 'incremental'; readonly generation: number; readonly smart: boolean };

/**
 * Which generation a job writes. A full reindex makes the next one. Incremental work stays in the newest generation
 * that a branch points to, if today's embedder, chunker and rows made it; another recipe means a full reindex, and so does a fault
 * of any generation that a branch points to.
 */
export const planGeneration = (
  index: IndexState,
  options: { readonly full_reindex: boolean; readonly incremental: boolean },
  recipe: Recipe,
): GenerationPlan => {
  const pointers = Object.values(index.branches);
  // Nothing is repaired in place: what is wrong with one generation makes the next one.
  const fault = pointers.map((pointer) => faultOf(index, pointer)).find((found) => found !== null);
  if (fault !== undefined) return { kind: 'full', reason: fault };
  if (options.full_reindex) return { kind: 'full', reason: 'requested' };
  if (pointers.length === 0) return { kind: 'full', reason: 'first_sync' };
  const newest = Math.max(...pointers.map((branch) => branch.generation));
  const made = own(index.generations, String(newest));
  if (made === undefined || !sameRecipe(made, recipe)) return { kind: 'full', reason: 'recipe_changed' };
  return { kind: 'incremental', generation: newest, smart: !options.incremental };
};

/** Half of the branch's files or more: embedding anew is then as cheap, and leaves a compact index. */
export const isMostlyNew = (changed: number, files: number): boolean => changed * 2 >= files;

const sameRecipe = (a: Recipe, b: Recipe): boolean =>
  a.embedder_id === b.embedder_id &&
  a.dimensions === b.dimensions &&
  a.chunker_version === b.chunker_version &&
  (a.row_version ?? 1) === (b.row_version ?? 1);
