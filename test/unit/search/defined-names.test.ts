import { describe, expect, it } from 'vitest';
import { definitionShare, namesDefinedIn } from '../../../core/search/rules/defined-names.ts';
import { wordStem } from '../../../core/search/rules/word-stem.ts';

describe('namesDefinedIn', () => {
  it.each([
    ['export const parseConfig = (text: string) => {', 'parseConfig'],
    ['  async def read_all(self):', 'read_all'],
    ['func (mx *Mux) ServeHTTP(w http.ResponseWriter) {', 'ServeHTTP'],
    ['pub(crate) fn spawn_blocking<F>(f: F) {', 'spawn_blocking'],
    ['  public static <T> Optional<T> firstOf(List<T> list) {', 'firstOf'],
    ['  public string UserName { get; set; }', 'UserName'],
    ['CURLcode Curl_close(struct Curl_easy **datap)', 'Curl_close'],
    ['nvm_install() {', 'nvm_install'],
    ['#define UV_HANDLE_CLOSING 1', 'UV_HANDLE_CLOSING'],
    ['defmodule Phoenix.Router do', 'Router'],
    ['fun <T> Flow<T>.mapLatest(transform: (T) -> R) {', 'mapLatest'],
    ['M.open_window = function(opts)', 'open_window'],
    ['  handleClose: async (event) => {', 'handleClose'],
    ['toEncoding :: a -> Encoding', 'toEncoding'],
  ])('finds in %s the name %s', (line, name) => expect(namesDefinedIn(line)).toContain(name));

  it.each([
    '  return parseConfig(text)',
    'if (isOpen(handle)) {',
    '// reads the configuration',
    'parseConfig(text);',
    '',
  ])('finds none in %s', (line) => expect(namesDefinedIn(line)).toEqual([]));
});

describe('definitionShare', () => {
  const share = (query: string, text: string): number => definitionShare(new Set(query.split(' ')))(text);

  it('is 1 for the name that the query spells, in any writing, and less for what the two do not share', () => {
    expect(share('pars config', 'one\nfunction parseConfig() {\n}')).toBe(1);
    expect(share('pars config', 'def parsed_configs(text):')).toBe(1);
    expect(share('pars config', 'class Config:')).toBeCloseTo(2 / 3);
    expect(share('pars config', 'class ConfigParserOfFiles:')).toBeLessThan(2 / 3);
    expect(share('pars config', 'class Lock:')).toBe(0);
    expect(share('pars config', 'parseConfig(text);')).toBe(0);
  });

  it('takes the nearest of several definitions, and none for a query without words', () => {
    expect(share('close handl', 'void uv_open(int a) {\n}\nvoid uv_close_handle(int a) {\n}')).toBeCloseTo(4 / 5);
    expect(definitionShare(new Set())('class Lock {')).toBe(0);
  });

  it.each([
    ['hope', 'hoping'],
    ['hoping', 'hope'],
    ['dependency', 'Dependencies'],
    ['parses', 'Parsing'],
    ['closed', 'close'],
    ['utility', 'utilities'],
  ])('knows %s by any of its forms: %s', (word, name) => expect(share(wordStem(word), `def ${name}():`)).toBe(1));

  it.each(['$', 'a.', 'a::', 'class ', 'const ', 'x = ', '('])(
    'takes no longer for a text that is made to be slow: %s',
    (piece) => {
      const begun = process.cpuUsage().user;
      share(
        'a class x',
        `class ${piece.repeat(100_000 / piece.length)}\nx ${piece.repeat(100_000 / piece.length)} x\n`,
      );
      share('a class x', `const ${piece.repeat(50)} x\n`.repeat(400));
      expect(process.cpuUsage().user - begun).toBeLessThan(1_000_000);
    },
  );
});
