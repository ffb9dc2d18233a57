import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gramFilterOf } from '../../../../core/manifest/packs/gram-filter.ts';
import {
  type CompiledPattern,
  compilePattern,
  type Pattern,
} from '../../../../core/search/rules/exact/compile-pattern.ts';
import { matchLines } from '../../../../core/search/rules/exact/match-lines.ts';
import { packTest } from '../../../../core/search/rules/exact/pack-test.ts';
import {
  allOf,
  anchorsOf,
  anyOf,
  mapTexts,
  type RequiredText,
} from '../../../../core/search/rules/exact/required-text.ts';

const compiled = (asked: Partial<Pattern> & Pick<Pattern, 'pattern'>): CompiledPattern => {
  const outcome = compilePattern({ regex: true, ignoreCase: false, word: false, ...asked });
  if (outcome.kind === 'refused') throw new Error(outcome.why);
  return outcome.compiled;
};

const text = (of: string): RequiredText => ({ kind: 'text', text: of });

describe('what a pattern requires', () => {
  it.each([
    ['getUser', text('getUser')],
    ['get_?user', { kind: 'all', of: [text('get'), text('user')] }],
    ['(alpha|beta)+ gamma', { kind: 'all', of: [{ kind: 'any', of: [text('alpha'), text('beta')] }, text(' gamma')] }],
    ['(alpha|.*)', null],
    ['a*', null],
    ['[ab]c', text('c')],
    ['(?i:alpha)', null],
    ['(?i:alpha)beta', text('beta')],
  ])('%s', (pattern, required) => {
    expect(compiled({ pattern }).required).toEqual(required);
  });

  it('is folded where case is ignored, and kept to ASCII', () => {
    expect(compiled({ pattern: 'GetUser', ignoreCase: true }).required).toEqual(text('getuser'));
    expect(compiled({ pattern: 'GRÖßenwahn', ignoreCase: true, regex: false }).required).toEqual(text('enwahn'));
    expect(compiled({ pattern: 'Ö', ignoreCase: true, regex: false }).required).toBeNull();
  });

  it('gives anchors: the fewest texts, then the longest, of which each match has one', () => {
    expect(anchorsOf(compiled({ pattern: 'get_?username' }).required)).toEqual(['username']);
    expect(anchorsOf(compiled({ pattern: '(alpha|beta) (gamma)' }).required)).toEqual(['gamma']);
    expect(anchorsOf(compiled({ pattern: 'alpha|beta|alpha' }).required)).toEqual(['alpha', 'beta']);
    const many = anyOf(Array.from({ length: 17 }, (_, n) => text(`t${n}`)));
    expect(anchorsOf(many)).toBeNull();
    expect(anchorsOf(allOf([many, text('x')]))).toEqual(['x']);
    expect(anchorsOf(anyOf([text('x'), null]))).toBeNull();
    expect(mapTexts(anyOf([text('x'), text('yy')]), (one) => one.slice(1))).toBeNull();
  });
});

describe('packs', () => {
  const asked = (pattern: string, ...texts: string[]) => packTest(compiled({ pattern }))?.(gramFilterOf(texts));

  it('are passed over where a trigram of what is required is missing', () => {
    expect(asked('aardwolf', 'an aardvark')).toBe(false);
    expect(asked('aardwolf', 'an aardwolf')).toBe(true);
    expect(asked('aardwolf|vark', 'an aardvark')).toBe(true);
    expect(asked('(?:aardwolf|vark).*termite', 'an aardvark')).toBe(false);
  });

  it('are all read for a pattern that requires no three characters', () => {
    for (const pattern of ['.*', 'ab', 'abc|d', '(?i:abc)']) expect(packTest(compiled({ pattern }))).toBeUndefined();
    expect(asked('ab.*cde', 'cde')).toBe(true);
    expect(asked('ab.*cde', 'ab')).toBe(false);
  });

  it('are never passed over where they hold a match', () => {
    const letters = ['a', 'b', 'B', 's', 'ſ', 'k', '\u212a', 'é', '-', ' ', '\n'];
    const piece = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'b', 'B', 's', 'k', 'é', '-'), minLength: 1, maxLength: 5 }),
      fc.constantFrom('.', '[ab]', '(?:ab|ba)', '(?:abs|k+)', '(?i:ask)', 's?', '(?:sas){2}', '.*', '^', '$', '\\b'),
    );
    const pattern = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));
    const texts = fc.string({ unit: fc.constantFrom(...letters), maxLength: 60 });
    const found = { matches: 0 };
    fc.assert(
      fc.property(pattern, texts, fc.boolean(), (expression, content, ignoreCase) => {
        const one = compiled({ pattern: expression, ignoreCase });
        // The same without what is required: each line is looked at by itself.
        const bare = { ...one, required: null, anchors: null };
        const linesOf = (by: CompiledPattern) =>
          [...matchLines(by, content)].flatMap((match) => (match.ranges === null ? [] : [match]));
        const lines = linesOf(bare);
        expect(linesOf(one)).toEqual(lines);
        if (lines.length === 0) return;
        found.matches += 1;
        expect(packTest(one)?.(gramFilterOf([content])) ?? true).toBe(true);
      }),
      { numRuns: 3_000 },
    );
    expect(found.matches).toBeGreaterThan(300);
  });
});

describe('patterns', () => {
  it('that cannot be are refused with what is wrong', () => {
    const why = (pattern: string, regex = true) => {
      const outcome = compilePattern({ pattern, regex, ignoreCase: false, word: false });
      return outcome.kind === 'refused' ? outcome.why : null;
    };
    expect(why('(a')).toMatch(/no RE2 expression: .*missing closing \)/);
    expect(why('a\nb', false)).toMatch(/one line/);
    expect(why('[\\p{L}\\p{N}]{200}'.repeat(20))).toMatch(/too large: its program has \d+ instructions of 2000/);
    expect(why('(a', false)).toBeNull();
  });
});
