import { z } from 'zod';
import { fromBase64Url, toBase64Url } from '../domain/base64.ts';

/** Where a page of matches or of definitions begins. */
export interface GrepPlace extends PlaceInBranch {
  readonly commit: string;
}

export interface PlaceInBranch {
  readonly path: string;
  /** From 1; among definitions, which one of the file. */
  readonly line: number;
}

/** A part of what a branch has of something, in the order of paths and lines. */
export interface PlacedPage<Item> {
  /** Each with the place after it. */
  readonly items: readonly { readonly item: Item; readonly next: PlaceInBranch }[];
  /** Where the next page begins; null: there is no more. */
  readonly next: PlaceInBranch | null;
  /** Why it ended before its limit. */
  readonly truncated?: 'time' | 'size';
}

const Place = z.tuple([z.string(), z.string(), z.int().min(1)]);

export const cursorOf = ({ commit, path, line }: GrepPlace): string =>
  toBase64Url(new TextEncoder().encode(JSON.stringify([commit, path, line])));

/** Undefined for what is no cursor. */
export const placeOf = (cursor: string): GrepPlace | undefined => {
  try {
    const bytes = fromBase64Url(cursor);
    if (bytes === null) return undefined;
    const [commit, path, line] = Place.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return { commit, path, line };
  } catch {
    return undefined;
  }
};
