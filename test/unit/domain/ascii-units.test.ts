import fc from 'fast-check';
import { expect, it } from 'vitest';
import { asciiUnits, BEYOND_ASCII } from '../../../core/domain/ascii-units.ts';
import { anyCharacter } from '../../support/any-character.ts';

it('has a byte for each code unit: of ASCII the unit itself, of all others one mark', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 60 }), fc.nat(80), (text, room) => {
      const units = asciiUnits(text, new Uint8Array(room));
      const expected = Array.from({ length: text.length }, (_, i) => Math.min(text.charCodeAt(i), BEYOND_ASCII));
      expect([...units.subarray(0, text.length)]).toEqual(expected);
    }),
  );
});

it('fills what it is given, where that is long enough', () => {
  const room = new Uint8Array(3);
  expect(asciiUnits('abc', room)).toBe(room);
  expect(asciiUnits('äöü', room)).toBe(room);
  expect(asciiUnits('abcd', room)).not.toBe(room);
});
