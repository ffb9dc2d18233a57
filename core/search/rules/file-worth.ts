import { bareName, mentionShares } from './mentions.ts';

/** Each fitted with bench/search on one half of its repositories, and of use on the other: docs/search.md. */
/** What a file's best hit gets of the shares of its next ones, best first. */
const furtherWorth = [0.2, 0.2, 0.1, 0.1, 0.1, 0.1];
/** What it gets of the share of the file's beginning, where a file says what it is for. */
const beginningWorth = 0.15;
/** What it gets where the other files that were found name the file. */
const mentionsWorth = 0.5;
/** What it gets where the file has the name that is asked for. */
const sameNameWorth = 0.2;

interface FileHit {
  readonly path: string;
  readonly hit: { readonly ordinal: number; readonly text: string };
  readonly held: ReadonlySet<string | number>;
  readonly share: number;
  readonly factor: number;
  worth: number;
}

/** Lifts the best hit of each file by what the file's other hits and the other files say of it. Takes hits in their order. */
export const liftFiles = (hits: readonly FileHit[], symbols: readonly string[]): void => {
  const files = new Map<string, { readonly best: FileHit; readonly further: number[]; beginning: number }>();
  for (const hit of hits) {
    if (hit.held.size === 0) continue;
    const file = files.get(hit.path) ?? { best: hit, further: [], beginning: 0 };
    if (file.best === hit) files.set(hit.path, file);
    else file.further.push(hit.share);
    if (hit.hit.ordinal === 0) file.beginning = hit.share;
  }
  const mentions = mentionShares(hits.map(({ path, hit, share }) => ({ path, text: hit.text, share })));
  const asked = new Set(symbols.map((symbol) => bareName(symbol)));
  for (const [path, { best, further, beginning }] of files) {
    further.sort((a, b) => b - a);
    const lift =
      furtherWorth.reduce((sum, worth, i) => sum + worth * (further[i] ?? 0), 0) +
      beginningWorth * beginning +
      mentionsWorth * (mentions.get(path) ?? 0) +
      (asked.has(bareName(path)) ? sameNameWorth : 0);
    best.worth += best.factor * lift;
  }
};
