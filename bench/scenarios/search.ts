import { measureSearch } from '../measure-search.ts';
import type { Scenario } from '../scenario.ts';

/** Searches right after the first index. */
export const search: Scenario = { name: 'search', run: (bench) => measureSearch(bench) };

/** The same after the small syncs: what they added is in the index as they left it. */
export const searchAfterChanges: Scenario = {
  name: 'search-after-changes',
  run: async (bench) => {
    await bench.incremental();
    return measureSearch(bench);
  },
};
