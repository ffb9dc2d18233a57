/** Entries of a list's pages, as many as are wanted. */
export interface Collected<Item, Page> {
  readonly items: readonly Item[];
  readonly pages: readonly Page[];
  /** There are more than were wanted. */
  readonly truncated: boolean;
}

/** Takes pages until there are as many entries as are wanted. */
export const collect = async <Item, Page extends { readonly next_cursor: string | null }>(
  limit: number,
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<Collected<Item, Page>> => {
  const items: Item[] = [];
  const taken: Page[] = [];
  for await (const page of pages) {
    const found = itemsOf(page);
    const room = limit - items.length;
    items.push(...found.slice(0, room));
    taken.push(page);
    if (items.length === limit)
      return { items, pages: taken, truncated: page.next_cursor !== null || found.length > room };
  }
  return { items, pages: taken, truncated: false };
};
