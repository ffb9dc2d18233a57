import type { SetKind } from './paged-set.ts';

/** Where pages end: see {@link standardBounds}. */
export interface PageBounds {
  /** Lines that a page has at least, but for a set's last. */
  readonly least: number;
  /** One key in so many ends a page. */
  readonly oneIn: number;
  readonly most: number;
}

/** 512 lines on average: 128, and then the first of 384 keys at which a page may end. One page in 150 comes to the longest. */
export const standardBounds: PageBounds = { least: 128, oneIn: 384, most: 2048 };

/** Gathers lines until they are a page. What it does depends on nothing but the lines since the last page's end. */
export class PageCutter {
  readonly #kind: SetKind;
  readonly #bounds: PageBounds;
  #lines: string[] = [];

  constructor(kind: SetKind, bounds: PageBounds) {
    this.#kind = kind;
    this.#bounds = bounds;
  }

  /** Whether the last line ended a page: what follows is cut as if nothing had been before. */
  get isAtEnd(): boolean {
    return this.#lines.length === 0;
  }

  /** The lines of a page, if this line ends one. */
  add(line: string): readonly string[] | null {
    const { least, oneIn, most } = this.#bounds;
    const { length } = this.#lines;
    this.#lines.push(line);
    if (length + 1 < least) return null;
    return length + 1 >= most || mayEnd(this.#kind.keyOf(line), oneIn) ? this.rest() : null;
  }

  /** What is left at the end of the set. */
  rest(): readonly string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }
}

/** FNV-1a with the last steps of MurmurHash3, so that keys that differ in one letter end pages independently of each other. */
const mayEnd = (key: string, oneIn: number): boolean => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % oneIn === 0;
};
