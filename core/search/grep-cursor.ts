import { z } from 'zod';
import { fromBase64Url, toBase64Url } from '../domain/base64.ts';

/** Where a page of matches begins. */
export interface GrepPlace {
  readonly commit: string;
  readonly path: string;
  /** From 1. */
  readonly line: number;
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
