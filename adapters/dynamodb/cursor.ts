import { z } from 'zod';

/** A page's cursor: where the listing goes on, opaque to the caller. It grants nothing: every caller's rights are checked again. */
export const encodeCursor = (kind: string, position: readonly string[]): string =>
  Buffer.from(JSON.stringify([kind, ...position])).toString('base64url');

const Cursor = z.array(z.string()).min(1);

/** @throws RangeError for a cursor that this kind of listing did not give. */
export const decodeCursor = (kind: string, length: number, cursor: string): readonly string[] => {
  try {
    const [stated, ...position] = Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    if (stated === kind && position.length === length) return position;
  } catch {
    // Said below.
  }
  throw new RangeError('not a cursor of this listing');
};
