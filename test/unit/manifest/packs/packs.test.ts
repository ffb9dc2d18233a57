import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ObjectDamagedError } from '../../../../core/domain/errors.ts';
import {
  filterText,
  type GramFilter,
  gramFilterOf,
  gramsOf,
  mayHold,
  readFilter,
} from '../../../../core/manifest/packs/gram-filter.ts';
import { packedText, packOf, readPack } from '../../../../core/manifest/packs/pack-text.ts';
import { anyCharacter } from '../../../support/any-character.ts';
import { oidOf } from '../../../support/manifest-entries.ts';

describe('a pack', () => {
  const texts = ['', 'one\n', 'two\r\nlines without an end', '\u{feff}Größe 40 €\t\u{1f40b}\n\n', 'pack 1\t3\n'];
  const files = texts.map((text, n) => packedText(oidOf(n), text));
  const stored = (packed: typeof files) => Buffer.from(packOf(packed)).toString();

  it('gives back each text as it was', () => {
    const pack = readPack(stored(files));
    expect(pack.oids).toEqual(files.map(({ oid }) => oid));
    expect(pack.oids.map((oid) => pack.textOf(oid))).toEqual(texts);
    expect(pack.textOf(oidOf(99))).toBeUndefined();
    expect(readPack(stored([])).oids).toEqual([]);
  });

  it('that is cut, longer than it was, or something else is an error by name', () => {
    const text = stored(files);
    for (const at of [0, 3, 9, 40, 60, 200, text.length - 1])
      expect(() => readPack(text.slice(0, at)), `cut at ${at}`).toThrow(ObjectDamagedError);
    expect(() => readPack(`${text}x`)).toThrow(ObjectDamagedError);
    expect(() => readPack('pages 1\t2\n')).toThrow(ObjectDamagedError);
  });
});

describe('a filter of grams', () => {
  const text = `const walrus = 'Narwhal';\nreturn größe + "ſhip" + "\u212aelvin";\nab\ncd\n`;
  const filter = gramFilterOf([text]);
  const asked = (literal: string, ignoreCase = false) => mayHold(filter, gramsOf(literal, ignoreCase));

  it('admits all that is there, in any case where that is asked for', () => {
    for (const literal of ['walrus', "= 'Nar", 'größe', 'ſhip', '\u212aelvin', 'rus', 'ab', '', 'b\nc'])
      expect(asked(literal), literal).toBe(true);
    for (const literal of ['WALRUS', 'narWHAL', 'GRÖẞE', 'ship', 'SHIP', 'kelvin', 'KELVIN'])
      expect(asked(literal, true), literal).toBe(true);
  });

  it('has the grams of each line of each text, and no others', () => {
    const character = fc.oneof(
      fc.constantFrom('\n', 'a', 'b', 'B', 'K', '_', '7', ' ', 'ß', 'ſ', '\u212a', '\u0080'),
      anyCharacter,
    );
    const bitsOf = (hashes: readonly number[], bytes: number): string => {
      const bits = new Uint8Array(bytes);
      for (const hash of hashes) {
        const at = hash & (bytes * 8 - 1);
        bits[at >>> 3] = (bits[at >>> 3] as number) | (1 << (at & 7));
      }
      return Buffer.from(bits).toString('hex');
    };
    fc.assert(
      fc.property(fc.array(fc.string({ unit: character, maxLength: 60 }), { maxLength: 4 }), (texts) => {
        const made = gramFilterOf(texts);
        const grams = texts.flatMap((each) => each.split('\n')).map((line) => gramsOf(line, false));
        for (const kind of ['three', 'five'] as const) {
          const bits = made[kind] as Uint8Array;
          const hashes = grams.flatMap((each) => each[kind]);
          expect(Buffer.from(bits).toString('hex')).toBe(bitsOf(hashes, bits.length));
        }
      }),
    );
  });

  it('denies nearly all that is not', () => {
    expect(['porpoise', 'manatee', 'gröxe', 'const walrux', 'zzz'].filter((literal) => asked(literal))).toEqual([]);
    // No trigram goes over the end of a line, or from one text into the next.
    expect(mayHold(gramFilterOf(['xq', 'zj\nkw']), gramsOf('xqz', false))).toBe(false);
    expect(gramsOf('b\ncd', false)).toEqual({ three: [], five: [] });
  });

  it('tells names that are written like many others by five characters in a row', () => {
    const numbered = Array.from({ length: 2_000 }, (_, n) => `load_ledger_${n * 37}(fetchLedger${n * 41});`).join('\n');
    const of = gramFilterOf([numbered]);
    const names = Array.from({ length: 500 }, (_, n) => `load_ledger_${n * 37 + 80_001}`);
    const admitted = (filter: GramFilter) => names.filter((name) => mayHold(filter, gramsOf(name, true))).length;
    expect(admitted(of)).toBeLessThan(names.length / 20);
    // By trigrams alone, nearly all of them.
    expect(admitted({ ...of, five: null })).toBeGreaterThan(names.length / 2);
    expect(gramsOf('a b-cdef(g', false).five).toEqual([]);
    expect(gramsOf('größer_als', false).five).toHaveLength(2);
  });

  it('is as wide as its texts need, and is the same when it has been stored', () => {
    const many = Array.from({ length: 20_000 }, (_, n) => `w${(n * 2_654_435_761).toString(36)}`).join(' ');
    for (const texts of [[], ['abc'], [text], [many]]) {
      const made = gramFilterOf(texts);
      for (const kind of ['three', 'five'] as const) {
        const distinct = new Set(texts.flatMap((one) => gramsOf(one, false)[kind])).size;
        expect((made[kind] as Uint8Array).length * 8).toBeLessThanOrEqual(Math.max(1024, distinct * 8));
        expect((made[kind] as Uint8Array).length * 8).toBeGreaterThanOrEqual(Math.max(1024, distinct * 4));
      }
      // As text: to compare bitmaps item by item takes seconds.
      expect(filterText(readFilter(filterText(made)))).toBe(filterText(made));
    }
    for (const damaged of [
      'grams 2\nabcdef\n00',
      'grams 2\n00',
      'grams 2\n00\n',
      'grams 2\n00\n00\n00',
      'pack 1\n',
      '',
    ])
      expect(() => readFilter(damaged), damaged).toThrow(ObjectDamagedError);
  });

  it('of the first form, which had trigrams alone, is read as it was', () => {
    const first = { three: filter.three, five: null };
    expect(filterText(first)).toMatch(/^trigrams 1\n[0-9a-f]+$/);
    expect(readFilter(filterText(first))).toEqual(first);
    expect(mayHold(first, gramsOf('walrus', false))).toBe(true);
    expect(mayHold(first, gramsOf('porpoise', false))).toBe(false);
    expect(() => readFilter('trigrams 1\nabcdef')).toThrow(ObjectDamagedError);
  });
});
