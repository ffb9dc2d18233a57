import { describe, expect, it } from 'vitest';
import { wordStem } from '../../../core/search/rules/word-stem.ts';

const stemmed = (words: string): string => words.split(' ').map(wordStem).join(' ');

describe('the stem of a word', () => {
  it('is the same for its forms', () => {
    expect(stemmed('parse parses parsed parsing')).toBe('pars pars pars pars');
    expect(stemmed('dependency dependencies')).toBe('depend depend');
  });

  /** Stems as LanceDB has them: see stems.test.ts of the contract tests. */
  it.each([
    [
      'Plurals, and what looks like one',
      'parses glasses ties cries gaps gas this https status pass',
      'pars glass tie cri gap gas this https status pass',
    ],
    [
      'Forms of verbs',
      'agreed feed hopped hoping falling hissing conflated sized troubled bled sing oned luxuriating added egged erring inned upped',
      'agre feed hop hope fall hiss conflat size troubl bled sing one luxuri add egg err in up',
    ],
    [
      '`y` as a vowel and as a consonant',
      'happy by say dry enjoy yes years flying',
      'happi by say dri enjoy yes year fli',
    ],
    ['Words of the lists', 'skies dying gently only news innings exceeded', 'sky die gentl onli news inning exceed'],
    [
      'Beginnings that are kept',
      'generate generous general communication communism arsenal international organization paste universal evening',
      'generat generous general communic communism arsenal internat organiz paste universal evening',
    ],
    [
      'Derived words',
      'rational relational decisiveness hopefully carelessly analogy operators quickly badly triplicate formative formalize electrical goodness',
      'ration relat decis hope careless analog oper quick bad triplic format formal electr good',
    ],
    [
      'Their last parts',
      'allowance inference replacement adjustment dependent adoption communion effective cease rate controll roll',
      'allow infer replac adjust depend adopt communion effect ceas rate control roll',
    ],
    ['No English', 'éclairs utf8strings 解析 us', 'éclair utf8str 解析 us'],
  ])('%s', (_, words, stems) => {
    expect(stemmed(words)).toBe(stems);
  });
});
