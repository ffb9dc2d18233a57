import { scanTokens, type TokenScan } from './token-scan.ts';

/**
 * Bytes of words that are kept at most, each time that many texts are embedded before their rows are packed: four batches of 2 MiB of text under way in a thread,
 * and as much again where words are long.
 */
const MOST = 16 * 1024 * 1024;

/** Words of many texts lie in one block: a piece of memory for each is one more that V8 has to account for and to collect. */
const BLOCK_BYTES = 256 * 1024;
/** Blocks without words that are kept for others: the words of some two batches. */
const MOST_SPARE = 16;

interface Block {
  readonly bytes: Uint8Array;
  /** How much of it is filled, and how many of the texts in it are still kept. */
  filled: number;
  texts: number;
}

interface Place {
  readonly block: Block;
  readonly from: number;
  readonly to: number;
}

const newBlock = (length: number): Block => ({ bytes: new Uint8Array(length), filled: 0, texts: 0 });

const kept = new Map<string, Place>();
let bytes = 0;
let current: Block = newBlock(0);
const spare: Block[] = [];

/**
 * Scans a text, and keeps its words for who asks for them next: what embeds a text and what indexes its words are two ports of one thread, and
 * each would scan it.
 */
export const scanAndKeep = (text: string): TokenScan => {
  const scan = scanTokens(text);
  forget(text);
  const place = placeFor(scan.length);
  place.block.bytes.set(scan.words.subarray(0, scan.length), place.from);
  kept.set(text, place);
  bytes += scan.length;
  for (const oldest of kept.keys()) {
    if (bytes <= MOST) break;
    forget(oldest);
  }
  return scan;
};

/** The words of a text as UTF-8 with a space between two, as scanTokens has them. They are not kept any longer; lent until the next scan. */
export const takeWords = (text: string): Uint8Array => {
  const place = kept.get(text);
  if (place !== undefined) {
    forget(text);
    return place.block.bytes.subarray(place.from, place.to);
  }
  const scan = scanTokens(text);
  return scan.words.subarray(0, scan.length);
};

const placeFor = (length: number): Place => {
  if (current.filled + length > current.bytes.length) {
    const full = current;
    current = (length <= BLOCK_BYTES ? spare.pop() : undefined) ?? newBlock(Math.max(length, BLOCK_BYTES));
    if (full.texts === 0) keepSpare(full);
  }
  const from = current.filled;
  current.filled += length;
  current.texts += 1;
  return { block: current, from, to: current.filled };
};

const keepSpare = (block: Block): void => {
  block.filled = 0;
  if (block.bytes.length === BLOCK_BYTES && spare.length < MOST_SPARE) spare.push(block);
};

const forget = (text: string): void => {
  const place = kept.get(text);
  if (place === undefined) return;
  const { block, from, to } = place;
  bytes -= to - from;
  kept.delete(text);
  block.texts -= 1;
  if (block.texts > 0) return;
  if (block === current) block.filled = 0;
  else keepSpare(block);
};
