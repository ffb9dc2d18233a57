import type { Scenario } from './scenario.ts';
import { across } from './scenarios/across.ts';
import { fiftySmallSyncs, firstSearch, manySmallSyncs } from './scenarios/after-syncs.ts';
import { api } from './scenarios/api.ts';
import { floor } from './scenarios/floor.ts';
import { full } from './scenarios/full.ts';
import { grep } from './scenarios/grep.ts';
import { growth } from './scenarios/growth.ts';
import { many } from './scenarios/many.ts';
import { peer } from './scenarios/peer.ts';
import { remote } from './scenarios/remote.ts';
import { search, searchAfterChanges } from './scenarios/search.ts';
import { searchLarge } from './scenarios/search-large.ts';
import { incremental, nothing } from './scenarios/small-syncs.ts';
import { symbols } from './scenarios/symbols.ts';

/** In the order in which they run: each finds the service as the one before has left it. */
export const scenarios: readonly Scenario[] = [
  full,
  search,
  grep,
  symbols,
  nothing,
  incremental,
  remote,
  searchAfterChanges,
  firstSearch,
  fiftySmallSyncs,
  manySmallSyncs,
  api,
  searchLarge,
  many,
  across,
  growth,
  floor,
  peer,
];
