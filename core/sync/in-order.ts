import { type BlockCursor, openCursor } from '../manifest/block-cursor.ts';
import type { PageChange, SetKind } from '../manifest/pages/paged-set.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Pulse } from './pulse.ts';

/** Changes of a block at least, where there are as many: their pages are read side by side. */
const BLOCK = 256;

/** Letters of a blob's id by which changes are dealt out: 256 shares of some 400 in 100,000 files. */
const LETTERS = 2;

/** Changes that are held in memory, some 16 MB (measured); more are written as sorted runs. */
const MOST_HELD = 32_768;

/** Changes of a set whose keys begin with blob ids, added in any order, to be read in the set's. Each key once, or again with what it becomes after all. */
export interface ChangeSorter {
  add(change: PageChange): void;
  /** Writes what is held when that is much. Call it between pieces of work; what a key becomes is all said between two calls. */
  makeRoom(): Promise<void>;
  /** In blocks. */
  sorted(): AsyncIterable<readonly PageChange[]>;
}

export interface SorterParts {
  readonly objects: Pick<ObjectStore, 'putLines' | 'getLines'>;
  readonly kind: SetKind;
  /** Where a run is written. */
  readonly runKey: (run: number) => string;
  readonly pulse: Pick<Pulse, 'check'>;
  /** Changes in memory. */
  readonly mostHeld?: number;
}

/** An external merge sort: memory is bounded, however many files a branch has. A change of few files writes nothing. */
export const createChangeSorter = ({
  objects,
  kind,
  runKey,
  pulse,
  mostHeld = MOST_HELD,
}: SorterParts): ChangeSorter => {
  const held = new Map<string, PageChange>();
  const runs: string[] = [];
  return {
    add: (change) => held.set(change.key, change),
    makeRoom: async () => {
      if (held.size < mostHeld) return;
      const key = runKey(runs.length);
      await objects.putLines(key, asLines(inOrder(kind, held.values(), pulse)));
      held.clear();
      runs.push(key);
    },
    sorted: () => {
      const rest = inOrder(kind, held.values(), pulse);
      if (runs.length === 0) return rest;
      return merged(kind, [...runs.map((key) => asChanges(kind, objects.getLines(key))), rest], pulse);
    },
  };
};

const PUT = '+';
const GOES = '-';

async function* asLines(blocks: AsyncIterable<readonly PageChange[]>): AsyncGenerator<readonly string[]> {
  for await (const block of blocks)
    yield block.map(({ key, line }) => (line === null ? `${GOES}${key}` : `${PUT}${line}`));
}

async function* asChanges(
  { keyOf }: SetKind,
  blocks: AsyncIterable<readonly string[]>,
): AsyncGenerator<readonly PageChange[]> {
  for await (const lines of blocks)
    yield lines.map((text) => {
      const line = text.slice(1);
      return text.startsWith(PUT) ? { key: keyOf(line), line } : { key: line, line: null };
    });
}

/** Runs that are sorted each: share by share, what they have of it. */
async function* merged(
  { compare }: SetKind,
  runs: readonly AsyncIterable<readonly PageChange[]>[],
  pulse: Pick<Pulse, 'check'>,
): AsyncGenerator<readonly PageChange[]> {
  const cursors = runs.map(openCursor<PageChange>);
  try {
    for (;;) {
      const open: BlockCursor<PageChange>[] = [];
      for (const cursor of cursors) if (await cursor.fill()) open.push(cursor);
      const letters = open.map(({ lines, at }) => lettersOf(lines[at] as PageChange)).sort()[0];
      if (letters === undefined) return;
      const share: PageChange[] = [];
      for (const cursor of open) await take(cursor, letters, share);
      share.sort((a, b) => compare(a.key, b.key));
      for (let at = 0; at < share.length; at += BLOCK) yield share.slice(at, at + BLOCK);
      await pulse.check();
    }
  } finally {
    for (const cursor of cursors) await cursor.close();
  }
}

/** What the run has with these letters, which are its next. */
const take = async (cursor: BlockCursor<PageChange>, letters: string, share: PageChange[]): Promise<void> => {
  while (await cursor.fill())
    for (; cursor.at < cursor.lines.length; cursor.at++) {
      const change = cursor.lines[cursor.at] as PageChange;
      if (lettersOf(change) !== letters) return;
      share.push(change);
    }
};

const lettersOf = ({ key }: PageChange): string => key.slice(0, LETTERS);

/**
 * Changes of a set whose keys begin with blob ids, in its order, in blocks. To sort and cut those of 100,000 files at once keeps the thread for half a second of
 * processor time (measured), and for several seconds beside an index that is being built: no heartbeat is written in that time.
 */
export async function* inOrder(
  { compare }: SetKind,
  changes: Iterable<PageChange>,
  pulse: Pick<Pulse, 'check'>,
): AsyncGenerator<readonly PageChange[]> {
  const shares = new Map<string, PageChange[]>();
  for (const change of changes) {
    const letters = lettersOf(change);
    const share = shares.get(letters);
    if (share === undefined) shares.set(letters, [change]);
    else share.push(change);
  }
  let block: PageChange[] = [];
  for (const letters of [...shares.keys()].sort()) {
    const share = shares.get(letters) as PageChange[];
    // What has been handed out is not held as well.
    shares.delete(letters);
    for (const change of share.sort((a, b) => compare(a.key, b.key))) block.push(change);
    if (block.length < BLOCK) continue;
    yield block;
    block = [];
    await pulse.check();
  }
  if (block.length > 0) yield block;
}
