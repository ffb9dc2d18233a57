/** What `work` makes of each item, in their order, with so many under way at the same time at most. */
export async function* mapAhead<Item, Made>(
  items: Iterable<Item> | AsyncIterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Made>,
): AsyncGenerator<Made> {
  const underWay: Promise<Made>[] = [];
  for await (const item of items) {
    const made = work(item);
    // It is awaited in its turn; should another one fail before, no one waits for it any more.
    made.catch(() => undefined);
    underWay.push(made);
    if (underWay.length >= atOnce) yield await (underWay.shift() as Promise<Made>);
  }
  for (const made of underWay) yield await made;
}
