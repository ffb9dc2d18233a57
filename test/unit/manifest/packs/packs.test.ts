import { describe, expect, it } from 'vitest';
import { ObjectDamagedError } from '../../../../core/domain/errors.ts';
import { packText, readPack } from '../../../../core/manifest/packs/pack-text.ts';
import {
  filterText,
  mayHold,
  readFilter,
  trigramFilterOf,
  trigramsOf,
} from '../../../../core/manifest/packs/trigram-filter.ts';
import { oidOf } from '../../../support/manifest-entries.ts';

describe('a pack', () => {
  const texts = ['', 'one\n', 'two\r\nlines without an end', '\u{feff}Größe 40 €\t\u{1f40b}\n\n', 'pack 1\t3\n'];
  const files = texts.map((text, n) => ({ oid: oidOf(n), text }));

  it('gives back each text as it was', () => {
    const pack = readPack(packText(files));
    expect(pack.oids).toEqual(files.map(({ oid }) => oid));
    expect(pack.oids.map((oid) => pack.textOf(oid))).toEqual(texts);
    expect(pack.textOf(oidOf(99))).toBeUndefined();
    expect(readPack(packText([])).oids).toEqual([]);
  });

  it('that is cut, longer than it was, or something else is an error by name', () => {
    const text = packText(files);
    for (const at of [0, 3, 9, 40, 60, 200, text.length - 1])
      expect(() => readPack(text.slice(0, at)), `cut at ${at}`).toThrow(ObjectDamagedError);
    expect(() => readPack(`${text}x`)).toThrow(ObjectDamagedError);
    expect(() => readPack('pages 1\t2\n')).toThrow(ObjectDamagedError);
  });
});

describe('a trigram filter', () => {
  const text = `const walrus = 'Narwhal';\nreturn größe + "ſhip" + "\u212aelvin";\nab\ncd\n`;
  const filter = trigramFilterOf([text]);
  const asked = (literal: string, ignoreCase = false) => mayHold(filter, trigramsOf(literal, ignoreCase));

  it('admits all that is there, in any case where that is asked for', () => {
    for (const literal of ['walrus', "= 'Nar", 'größe', 'ſhip', '\u212aelvin', 'rus', 'ab', '', 'b\nc'])
      expect(asked(literal), literal).toBe(true);
    for (const literal of ['WALRUS', 'narWHAL', 'GRÖẞE', 'ship', 'SHIP', 'kelvin', 'KELVIN'])
      expect(asked(literal, true), literal).toBe(true);
  });

  it('denies nearly all that is not', () => {
    expect(['porpoise', 'manatee', 'gröxe', 'const walrux', 'zzz'].filter((literal) => asked(literal))).toEqual([]);
    // No trigram goes over the end of a line, or from one text into the next.
    expect(mayHold(trigramFilterOf(['xq', 'zj\nkw']), trigramsOf('xqz', false))).toBe(false);
    expect(trigramsOf('b\ncd', false)).toEqual([]);
  });

  it('is as wide as its texts need, and is the same when it has been stored', () => {
    const many = Array.from({ length: 20_000 }, (_, n) => `w${(n * 2_654_435_761).toString(36)}`).join(' ');
    for (const texts of [[], ['abc'], [text], [many]]) {
      const made = trigramFilterOf(texts);
      const distinct = new Set(texts.flatMap((one) => trigramsOf(one, false))).size;
      expect(made.bits.length * 8).toBeLessThanOrEqual(Math.max(1024, distinct * 8));
      expect(made.bits.length * 8).toBeGreaterThanOrEqual(Math.max(1024, distinct * 4));
      expect(readFilter(filterText(made))).toEqual(made);
    }
    expect(() => readFilter('trigrams 1\nabcdef')).toThrow(ObjectDamagedError);
    expect(() => readFilter('pack 1\n')).toThrow(ObjectDamagedError);
  });
});
