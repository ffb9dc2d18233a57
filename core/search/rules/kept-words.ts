import { scanTokens, type TokenScan } from './token-scan.ts';

/**
 * Bytes of words that are kept at most, each time that many texts are embedded before their rows are packed: four batches of 2 MiB of text under way in a thread,
 * and as much again where words are long.
 */
const MOST = 16 * 1024 * 1024;

const kept = new Map<string, Uint8Array>();
let bytes = 0;

/**
 * Scans a text, and keeps its words for who asks for them next: what embeds a text and what indexes its words are two ports of one thread, and
 * each would scan it.
 */
export const scanAndKeep = (text: string): TokenScan => {
  const scan = scanTokens(text);
  forget(text);
  kept.set(text, scan.words.slice(0, scan.length));
  bytes += scan.length;
  for (const oldest of kept.keys()) {
    if (bytes <= MOST) break;
    forget(oldest);
  }
  return scan;
};

/** The words of a text as UTF-8 with a space between two, as scanTokens has them. They are not kept any longer; lent, as its are. */
export const takeWords = (text: string): Uint8Array => {
  const words = kept.get(text);
  if (words !== undefined) {
    forget(text);
    return words;
  }
  const scan = scanTokens(text);
  return scan.words.subarray(0, scan.length);
};

const forget = (text: string): void => {
  const words = kept.get(text);
  if (words === undefined) return;
  bytes -= words.length;
  kept.delete(text);
};
