import { describe, expect, it } from 'vitest';
import { MAX_FILE_BYTES, skipByContent } from '../../../core/sync/rules/content-filter.ts';

const skip = (text: string, path = 'src/a.ts'): string | null => skipByContent(new TextEncoder().encode(text), path);
const code = 'const value = compute(one, two);\n';

describe('skipByContent', () => {
  it.each([code, 'x', '# Title\n', 'é漢😀'])('lets %j through', (text) => expect(skip(text)).toBeNull());

  it.each(['', ' \r\n\t\f\v', '\ufeff', '\ufeff\n'])('finds %j empty', (text) => expect(skip(text)).toBe('empty'));

  it('lets through what is as large as may be, and no more', () => {
    const text = code.repeat(40_000);
    expect(skip(text.slice(0, MAX_FILE_BYTES), 'a.py')).toBeNull();
    expect(skip(text.slice(0, MAX_FILE_BYTES + 1), 'a.py')).toBe('too_large');
  });
});

describe('minified files', () => {
  const dense = 'function a(b,c){return b?c:d(e[f],"x")};'.repeat(30);
  it.each([
    ['a.js', dense],
    ['a.css', '.a{color:red;margin:0}'.repeat(30)],
    ['a.mjs', `/* licence */\n${dense}\n`],
    ['a.js', `${code.repeat(300)}var data="${'QUJD'.repeat(5001)}";\n`],
    ['jquery.min.js', code],
    ['style-min.css', '.a{color:red;margin:0}'.repeat(30)],
  ])('knows %s', (path, text) => expect(skip(text, path)).toBe('minified'));

  it.each([
    ['a.js', code.repeat(100)],
    ['a.js', `const text = '${'some words of a long sentence '.repeat(100)}';`],
    ['a.js', `const text = '${'漢字仮名交じり文'.repeat(60)}';`],
    ['a.js', `${code.repeat(400)}const data = "${'QUJD'.repeat(2000)}";\n`],
    ['a.json', `{"a":[${'1,'.repeat(20_000)}1]}`],
    ['a.md', 'word'.repeat(8000)],
    ['a.ts', dense],
    // A table of data, and names that end like a minifier's.
    ['a.js', `${code.repeat(3000)}var data="${'QUJD'.repeat(5001)}";\n`],
    ['array-min.js', code],
    ['style-min.css', '.a {\n  color: red;\n}\n'],
    ['min.js', code],
    ['admin.js', code],
  ])('does not take %s for one (%#)', (path, text) => expect(skip(text, path)).toBeNull());
});
