import { describe, expect, it } from 'vitest';
import { definitionTest, heldText, readQuery, wordsAskedFor } from '../../../core/search/rules/query-words.ts';
import { wordStem } from '../../../core/search/rules/word-stem.ts';

describe('the words of a query', () => {
  it('are asked for without stop words, unless there are no others', () => {
    expect(wordsAskedFor('how is the config parsed')).toEqual(['config', 'parsed']);
    expect(wordsAskedFor('for the')).toEqual(['for', 'the']);
    expect(wordsAskedFor('!!!')).toEqual([]);
  });

  const holds = (query: string, text: string): boolean[] => readQuery(query).units.map(heldText(text).holds);
  it('are held in any form, a name of several parts only whole', () => {
    expect(holds('parsing', 'it parses')).toEqual([true]);
    expect(holds('dependencies', 'a Dependency')).toEqual([true]);
    expect(holds('parseConfig', 'def parse_config')).toEqual([true]);
    expect(holds('parse_config', 'ParseConfig')).toEqual([true]);
    expect(holds('parseConfig', 'parse the config')).toEqual([false]);
    expect(holds('nonexistent_symbol_xyz', 'a symbol that is nonexistent')).toEqual([false]);
    expect(holds('🙂', 'no such thing')).toEqual([false]);
    expect(holds('🙂', 'yes 🙂')).toEqual([true]);
  });

  const together = (query: string, text: string): boolean[] =>
    readQuery(query).neighbours.map(heldText(text).holdsTogether);
  it('are neighbours where they follow each other, and stand together in a text in either order and any form', () => {
    expect(readQuery('how the event loop is closed').neighbours).toEqual([
      ['event', 'loop'],
      ['loop', 'close'],
    ]);
    expect(readQuery('parseConfig parse').neighbours).toEqual([
      ['pars', 'config'],
      ['config', 'pars'],
    ]);
    expect(readQuery('lock').neighbours).toEqual([]);
    for (const text of ['the event loop', 'eventLoop', 'loop of all events', 'no event, here an event-loop'])
      expect(together('event loops', text)).toEqual([true]);
    for (const text of ['event', 'an event that ends what was the loop', `${'event '.repeat(60)}then at last the loop`])
      expect(together('event loops', text)).toEqual([false]);
  });

  it('name a symbol alone, or by their form', () => {
    expect(readQuery('Mux').symbols).toEqual(['Mux']);
    expect(readQuery('Sinatra::Base').symbols).toEqual(['Base']);
    expect(readQuery('how StaticModel encodes text').symbols).toEqual(['StaticModel']);
    expect(readQuery('how text is encoded').symbols).toEqual([]);
    expect(readQuery('!!!')).toMatchObject({ symbols: [], units: [] });
  });
});

describe('definitionTest', () => {
  it.each([
    ['Mux', 'type Mux struct {'],
    ['Mux', 'export default class Mux {'],
    ['ServeHTTP', 'func (mx *Mux) ServeHTTP(w http.ResponseWriter)'],
    ['Router', 'defmodule Phoenix.Router do'],
    ['run', 'pub async fn run() {'],
    ['$scope', 'const $scope = 1'],
  ])('finds %s in %s', (name, text) => expect(definitionTest([name])(text)).toBe(true));
  it.each([
    ['Mux', 'new Mux()'],
    ['Mux', 'class Muxer {}'],
    ['Mux', 'class mux {}'],
    ['a', ''],
  ])('finds no %s in %s', (name, text) => expect(definitionTest([name])(text)).toBe(false));
  it('takes no longer for a text that is made to be slow', () => {
    const begun = process.cpuUsage().user;
    definitionTest(['x'])(`class ${'a.'.repeat(50_000)} class ${'('.repeat(50_000)}x`);
    expect(process.cpuUsage().user - begun).toBeLessThan(2_000_000);
  });
});

it.each(
  Object.entries({
    caresses: 'caress',
    ponies: 'poni',
    cats: 'cat',
    agreed: 'agre',
    feed: 'feed',
    plastered: 'plaster',
    motoring: 'motor',
    sized: 'size',
    hopping: 'hop',
    falling: 'fall',
    filing: 'file',
    happy: 'happi',
    sky: 'sky',
    relational: 'relat',
    conditional: 'condit',
    vietnamization: 'vietnam',
    hopefulness: 'hope',
    electrical: 'electr',
    adoption: 'adopt',
    controlling: 'control',
    rate: 'rate',
    cease: 'ceas',
    be: 'be',
    utf8: 'utf8',
    größe: 'größe',
  }),
)('the stem of %s is %s', (word, stem) => expect(wordStem(word)).toBe(stem));
