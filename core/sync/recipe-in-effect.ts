import type { Runtime } from '../ports/runtime.ts';
import { ROW_VERSION } from '../ports/search-index.ts';
import type { Recipe } from './rules/plan-generation.ts';

/** What a generation begun here is made with. */
export const recipeInEffect = ({ embedder, chunker }: Pick<Runtime, 'embedder' | 'chunker'>): Recipe => ({
  embedder_id: embedder.id,
  dimensions: embedder.dimensions,
  chunker_version: chunker.version,
  row_version: ROW_VERSION,
});
