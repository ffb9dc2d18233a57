import { expect, it } from 'vitest';
import { linesNamed } from '../../../core/search/name-ends.ts';
import { isNamed } from '../../../core/search/rules/file-name.ts';

const paths = [
  'src/Main.ts',
  'src/domain.ts',
  'MAIN.TS',
  'main.ts/a',
  'a.ts',
  'deep/er/a.ts',
  'c',
  'lib/C',
  'Größe.ts',
  'x/GRÖSSE.ts',
  'x/GRÖßE.ts',
  // The sign of Kelvin, whose lower case is the letter k.
  'unit/\u212aern',
  'kern',
  'unit/\u212a',
  'İx.md',
  'd/abcd',
  'd/ebcd',
  'd/ABC\u0001',
  '日本語',
];
const lines = paths.map((path) => `0123456789012345678901234567890123456789\t${path}`);
const names = [
  'main.ts',
  'src/main.ts',
  '.ts',
  'a.ts',
  'c',
  'größe.ts',
  'kern',
  'k',
  'abcd',
  'er/a.ts',
  'none',
  '日本語',
  'i̇x.md',
];

it.each(names)('the files that %s names are found as by looking at each', (name) => {
  const expected = lines.filter((line) => isNamed(line, name));
  expect(linesNamed(lines, name)).toEqual(expected);
  // By what is kept of the lines, too.
  expect(linesNamed(lines, name)).toEqual(expected);
});

it('the sign of Kelvin is a k, as in any other search', () => {
  expect(linesNamed(lines, 'kern')).toHaveLength(2);
  expect(linesNamed(lines, 'main.ts')).toHaveLength(2);
});
