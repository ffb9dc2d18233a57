import { describe, expect, it } from 'vitest';
import { codeTokens } from '../../../core/search/rules/code-tokens.ts';

describe('codeTokens', () => {
  it.each([
    ['parse_config', ['parse', 'config', 'parseconfig']],
    ['parseConfig', ['parse', 'config', 'parseconfig']],
    ['PARSE_CONFIG', ['parse', 'config', 'parseconfig']],
    ['HTTPServer', ['http', 'server', 'httpserver']],
    ['getHTTP2Server', ['get', 'http', '2', 'server', 'gethttp2server']],
    ['utf8', ['utf', '8', 'utf8']],
    ['aB', ['a', 'b', 'ab']],
    ['ABC', ['abc']],
    ['x', ['x']],
    ['__init__', ['init']],
    ['a.b->c $d', ['a', 'b', 'c', 'd']],
    ['foo(bar)', ['foo', 'bar']],
    ['foo foo', ['foo', 'foo']],
    ['', []],
    [' \n=> !', []],
  ])('splits %j', (text, tokens) => {
    expect(codeTokens(text)).toEqual(tokens);
  });

  it('keeps letters of other scripts together, and parts them where they hump', () => {
    expect(codeTokens('größe фооБар')).toEqual(['größe', 'фоо', 'бар', 'фообар']);
  });

  it('makes each ideograph a token: no spaces tell where words end', () => {
    expect(codeTokens('配置a')).toEqual(['配', '置', 'a', '配置a']);
  });

  it('is not confused by letters that grow when lower-cased', () => {
    expect(codeTokens('İx fooBar')).toEqual(['i̇x', 'foo', 'bar', 'foobar']);
  });

  it('keeps both halves of a surrogate pair', () => {
    expect(codeTokens('a \u{1f600} b')).toEqual(['a', '\u{1f600}', 'b']);
  });

  it('cuts a part at 64 and leaves out a joined identifier that is longer', () => {
    const long = 'x'.repeat(100);
    expect(codeTokens(long)).toEqual(['x'.repeat(64)]);
    expect(codeTokens(`${'x'.repeat(40)}_${'y'.repeat(40)}`)).toEqual(['x'.repeat(40), 'y'.repeat(40)]);
    expect(codeTokens(`${'x'.repeat(32)}_${'y'.repeat(32)}`)).toHaveLength(3);
  });

  it('reads a megabyte in well under a second', () => {
    const text = 'export const parseConfig = (path: string): Config => readFile(path, utf8);\n'.repeat(14_000);
    const start = performance.now();
    expect(codeTokens(text).length).toBeGreaterThan(200_000);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
