import fc from 'fast-check';
import { expect } from 'vitest';
import { maxChunkLength } from '../../core/chunking/chunk-units.ts';
import type { Chunk } from '../../core/ports/chunker.ts';
import { anyCharacter } from './any-character.ts';

/**
 * The promise of every chunker: each non-blank line in one chunk, whole, under its own number, in order, nothing twice;
 * pieces of a line only where it is longer than a chunk may be.
 */
export const expectCover = (text: string, chunks: readonly Chunk[]): void => {
  const wanted = new Map<number, string>();
  text.split('\n').forEach((line, index) => {
    if (line.trim() !== '') wanted.set(index + 1, line);
  });
  const found = new Map<number, string>();
  let last = 0;
  for (const chunk of chunks) {
    if (chunk.text.length > maxChunkLength) throw new Error(`a chunk of ${chunk.text.length}`);
    if (chunk.startLine < last) throw new Error(`line ${chunk.startLine} after line ${last}`);
    const lines = chunk.text.split('\n');
    if (chunk.endLine !== chunk.startLine + lines.length - 1)
      throw new Error(`lines ${chunk.startLine} to ${chunk.endLine}`);
    last = chunk.endLine;
    lines.forEach((line, index) => {
      const number = chunk.startLine + index;
      if (line.trim() === '') return;
      const before = found.get(number);
      if (before !== undefined && (wanted.get(number) ?? '').length <= maxChunkLength)
        throw new Error(`line ${number} is in two chunks`);
      found.set(number, (before ?? '') + line);
    });
  }
  expect([...found.keys()]).toEqual([...wanted.keys()]);
  for (const [number, line] of wanted) {
    const piece = found.get(number) ?? '';
    // Blank pieces of a line that is too long are left out; a carriage return before a line feed belongs to the line's end.
    const same =
      line.length > maxChunkLength
        ? piece.replace(/\s+/g, '') === line.replace(/\s+/g, '')
        : piece === line || `${piece}\r` === line;
    if (!same) throw new Error(`line ${number} differs`);
  }
};

/** Text as no one would write it: all ends of lines, tabs, NULs, brackets, long lines, halves of surrogate pairs. */
export const awkwardText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.string({ unit: anyCharacter, maxLength: 60 }) },
      { weight: 2, arbitrary: fc.string({ maxLength: 90 }) },
      {
        weight: 4,
        arbitrary: fc.constantFrom(
          '\n',
          '\r\n',
          '\r',
          '\n\n',
          '\t',
          '\0',
          '    ',
          '\u2028',
          '\ud83d',
          '\ude00',
          '# ',
          '```',
          '}',
          '//',
        ),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom('x', '(', ' ', '{\n', 'ab;', '😀', '\n'), fc.nat(1800))
          .map(([unit, count]) => unit.repeat(count)),
      },
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));
