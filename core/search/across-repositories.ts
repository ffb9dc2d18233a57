import { z } from 'zod';
import type { UserId } from '../contract/ids.ts';
import type { RepositoryRecord } from '../contract/records.ts';
import type { NotSearched, SearchedRepository } from '../contract/search-all.ts';
import { fromBase64Url, toBase64Url } from '../domain/base64.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type OpenBranch, withContents } from '../repositories/with-contents.ts';
import { createFanOut, meantRepositories } from './fan-out.ts';
import type { PlacedPage, PlaceInBranch } from './grep-cursor.ts';
import { matchesAny } from './rules/query-filters.ts';

type Deps = Pick<Runtime, 'repositories' | 'objects' | 'clock' | 'logger'>;

export interface AcrossQuery {
  readonly repositories?: readonly string[] | undefined;
  readonly branch?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** What a page over several repositories holds. */
export interface AcrossPage<Item, Page> {
  readonly items: readonly { readonly repository: RepositoryRecord; readonly item: Item }[];
  /** Whole pages that items are from, or would be. */
  readonly pages: readonly { readonly repository: RepositoryRecord; readonly page: Page }[];
  /** Those that items are of. */
  readonly repositories: readonly SearchedRepository[];
  readonly searched: number;
  readonly not_searched: readonly NotSearched[];
  readonly truncated?: 'time' | 'size';
  readonly warnings: readonly string[];
  readonly next_cursor: string | null;
}

/** Where a page begins: in a repository, at its beginning or at a place in its branch at a commit. */
interface Place {
  readonly repository: string;
  readonly at: (PlaceInBranch & { readonly commit: string }) | null;
}

const Cursor = z.tuple([z.string(), z.tuple([z.string(), z.string(), z.int().min(1)]).nullable()]);

const cursorOf = ({ repository, at }: Place): string =>
  toBase64Url(
    new TextEncoder().encode(JSON.stringify([repository, at === null ? null : [at.commit, at.path, at.line]])),
  );

/** Undefined for what is no cursor. */
const placeOf = (cursor: string): Place | undefined => {
  try {
    const bytes = fromBase64Url(cursor);
    if (bytes === null) return undefined;
    const [repository, at] = Cursor.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return { repository, at: at === null ? null : { commit: at[0], path: at[1], line: at[2] } };
  } catch {
    return undefined;
  }
};

type Answered<Page> =
  | { readonly kind: 'page'; readonly page: Page; readonly searched: SearchedRepository }
  | { readonly kind: 'left-out'; readonly reason: NotSearched['reason'] }
  /** Removed, or no longer the user's to read. */
  | { readonly kind: 'gone' };

/**
 * Reads pages of the branches of all repositories that the user may read, one repository after the other by their ids, and makes one page of them. A
 * page that is full, or takes too long, says where the next one begins, so that nothing is passed over. `undefined`: the cursor is none.
 */
export const createAcross = <Item, Page extends PlacedPage<Item>>(
  deps: Deps,
  { unitsOf, maxUnits }: { readonly unitsOf: (item: Item) => number; readonly maxUnits: number },
) => {
  const opened = withContents(deps);
  const fanOut = createFanOut(deps);
  return async (
    user: UserId,
    { repositories: patterns, branch, cursor, limit }: AcrossQuery,
    read: (opened: OpenBranch, from: PlaceInBranch | null) => Promise<Page>,
  ): Promise<AcrossPage<Item, Page> | undefined> => {
    const from = cursor === undefined ? null : placeOf(cursor);
    if (from === undefined) return undefined;
    const { repositories: meant, warnings } = await meantRepositories(
      deps,
      user,
      patterns,
      (id) => (from === null || id >= from.repository) && (patterns === undefined || matchesAny(patterns, id)),
    );
    const readOne = async ({ repository }: { readonly repository: RepositoryRecord }): Promise<Answered<Page>> => {
      const { repository_id } = repository;
      const at = from?.repository === repository_id ? from.at : null;
      const use = async (open: OpenBranch): Promise<Answered<Page>> => {
        if (open.pointer.contents !== true) return { kind: 'left-out', reason: 'not_kept' };
        const { indexed_commit } = open.freshness;
        if (at !== null && at.commit !== indexed_commit) return { kind: 'left-out', reason: 'moved' };
        const searched = { repository_id, branch: open.branch, ...open.freshness };
        return { kind: 'page', page: await read(open, at), searched };
      };
      const outcome = await opened<Answered<Page>>(repository_id, user, branch, use, repository);
      if (outcome.kind === 'page' || outcome.kind === 'left-out' || outcome.kind === 'gone') return outcome;
      if (outcome.kind === 'not-indexed') return { kind: 'left-out', reason: 'not_indexed' };
      return outcome.kind === 'contents-lost' ? { kind: 'left-out', reason: 'manifest_lost' } : { kind: 'gone' };
    };
    let items = 0;
    const reached = await fanOut(
      meant.map((repository) => ({ repository })),
      readOne,
      (answer) => {
        if (answer.kind !== 'page') return false;
        items += answer.page.items.length;
        return items >= limit || answer.page.next !== null;
      },
    );
    return { ...merge(reached, limit, unitsOf, maxUnits), warnings };
  };
};

const merge = <Item, Page extends PlacedPage<Item>>(
  reached: Awaited<ReturnType<ReturnType<typeof createFanOut>>>,
  limit: number,
  unitsOf: (item: Item) => number,
  maxUnits: number,
): Omit<AcrossPage<Item, Page>, 'warnings'> => {
  const items: { repository: RepositoryRecord; item: Item }[] = [];
  const pages: { repository: RepositoryRecord; page: Page }[] = [];
  const repositories: SearchedRepository[] = [];
  const not_searched: NotSearched[] = [];
  let [searched, units] = [0, 0];
  const ended = (place: Place | null, truncated?: 'time' | 'size') => ({
    items,
    pages,
    repositories,
    searched,
    not_searched,
    ...(truncated === undefined ? {} : { truncated }),
    next_cursor: place === null ? null : cursorOf(place),
  });
  for (const { repository, reached: of } of reached) {
    const { repository_id } = repository;
    // Its time is over, unless the page is full: then the one before has said so.
    if (of.kind === 'not-begun') return ended({ repository: repository_id, at: null }, 'time');
    if (of.kind !== 'answered') {
      not_searched.push({ repository_id, reason: of.kind === 'late' ? 'timeout' : of.kind });
      continue;
    }
    const answer = of.answer as Answered<Page>;
    if (answer.kind === 'left-out') not_searched.push({ repository_id, reason: answer.reason });
    if (answer.kind !== 'page') continue;
    if (items.length === limit) return ended({ repository: repository_id, at: null });
    searched += 1;
    const { page, searched: told } = answer;
    pages.push({ repository, page });
    if (page.items.length > 0) repositories.push(told);
    for (const [n, { item, next }] of page.items.entries()) {
      items.push({ repository, item });
      units += unitsOf(item);
      const isFull = items.length === limit || units > maxUnits;
      if (!isFull || (n === page.items.length - 1 && page.next === null && units <= maxUnits)) continue;
      const at = { commit: told.indexed_commit, ...next };
      return ended({ repository: repository_id, at }, units > maxUnits ? 'size' : undefined);
    }
    if (page.next !== null) {
      const at = { commit: told.indexed_commit, ...page.next };
      return ended({ repository: repository_id, at }, page.truncated);
    }
  }
  return ended(null);
};
