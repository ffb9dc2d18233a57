import type { Generation, SearchIndex, Settlement } from '../../../core/ports/search-index.ts';

/** An index as a service uses it that publishes after each settle: what a settle answers is of the generation from then on, and the next writes are another job's. */
export interface PublishedIndex extends Omit<SearchIndex, 'settle'> {
  settle(generation: Generation, settlement?: Settlement): Promise<void>;
}

const nothingGone: Settlement = { dropped: async () => 0, unheld: async () => new Set() };

export const asPublished = (index: SearchIndex): PublishedIndex => {
  const words = new Map<string, string>();
  const jobs = new Map<string, number>();
  const keyOf = ({ repositoryId, number, identity }: Generation) => `${repositoryId} ${number} ${identity}`;
  const recorded = (generation: Generation): Generation => {
    const key = keyOf(generation);
    const job = jobs.get(key) ?? 1;
    return { ...generation, words: words.get(key) ?? '', writer: `sync-${generation.number}-${job}` };
  };
  return {
    create: (generation) => index.create(recorded(generation)),
    inspect: (generation, newest) => index.inspect(recorded(generation), newest),
    put: (generation, rows) => index.put(recorded(generation), rows),
    get: (generation, blobs) => index.get(recorded(generation), blobs),
    delete: (generation, blobs) => index.delete(recorded(generation), blobs),
    query: (generation, query) => index.query(recorded(generation), query),
    settle: async (generation, settlement = nothingGone) => {
      const key = keyOf(generation);
      const answer = await index.settle(recorded(generation), settlement);
      if (answer !== undefined) words.set(key, answer);
      jobs.set(key, (jobs.get(key) ?? 1) + 1);
    },
    drop: (generation) => {
      for (const key of words.keys())
        if (key.startsWith(`${generation.repositoryId} ${generation.number} `)) words.delete(key);
      return index.drop(generation);
    },
  };
};
