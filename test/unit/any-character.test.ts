import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyCharacter } from '../support/any-character.ts';

it('a string made of them is known again, half a character is not', () => {
  const text = fc.string({ unit: anyCharacter });
  for (const whole of ['', 'a', '__proto__', '\u{d7ff}\u{e000}\u{10ffff}'])
    expect(text.canShrinkWithoutContext(whole), whole).toBe(true);
  expect(text.canShrinkWithoutContext('a\ud800')).toBe(false);
  expect(text.canShrinkWithoutContext('\udfff')).toBe(false);
});
