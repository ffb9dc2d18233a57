import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinLines, splitLines } from '../../../core/manifest/line-blocks.ts';
import { anyCharacter } from '../../support/any-character.ts';

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (let i = 0; from < bytes.length; i++) {
    const size = sizes[i % Math.max(1, sizes.length)] ?? 5;
    yield bytes.subarray(from, from + size);
    from += size;
  }
}

const joined = async (
  lines: Iterable<string> | AsyncIterable<readonly string[]>,
): Promise<{ pieces: string[]; count: number }> => {
  const pieces: string[] = [];
  let count = -1;
  for await (const piece of joinLines(lines, (total) => {
    count = total;
  }))
    pieces.push(piece);
  return { pieces, count };
};

const line = fc.string({ unit: anyCharacter }).map((text) => text.replaceAll('\n', ' '));

describe('lines of a stream', () => {
  it('come back whatever pieces the bytes come in', async () => {
    const cases = fc.asyncProperty(
      fc.array(line),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      async (lines, sizes) => {
        const { pieces, count } = await joined(lines);
        expect(count).toBe(lines.length);
        const blocks = await Array.fromAsync(splitLines(cut(Buffer.from(pieces.join('')), sizes)));
        expect(blocks.every((block) => block.length > 0)).toBe(true);
        expect(blocks.flat().map((text) => text.toWellFormed())).toEqual(lines.map((text) => text.toWellFormed()));
      },
    );
    await fc.assert(cases);
  });

  it('count a last one without its newline', async () => {
    expect(await Array.fromAsync(splitLines(cut(Buffer.from('one\ntwo'), [2])))).toEqual([['one'], ['two']]);
  });

  it('are gathered to pieces, from blocks as from single lines', async () => {
    const long = 'x'.repeat(100_000);
    async function* blocks() {
      yield [];
      yield [long, long, long];
      yield [long];
    }
    expect((await joined(blocks())).pieces.map((piece) => piece.length)).toEqual([300_003, 100_001]);
    expect((await joined([long, long, long, long])).pieces.map((piece) => piece.length)).toEqual([300_003, 100_001]);
  });

  it('are not counted before they are all read', async () => {
    const pieces = joinLines(['a'.repeat(300_000), 'b'], () => {
      throw new Error('counted');
    });
    await pieces.next();
    await pieces.return(undefined);
  });
});
