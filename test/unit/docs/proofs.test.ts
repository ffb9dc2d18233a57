import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

interface Row {
  readonly line: number;
  readonly last: string;
}

/** The rows of a page's tables whose last column is `test`. */
const rowsOf = (markdown: string): readonly Row[] => {
  let inTable = false;
  return markdown.split('\n').flatMap((text, index) => {
    if (!text.startsWith('|')) inTable = false;
    const cells = text.split('|').map((cell) => cell.trim());
    const last = cells.at(-2) ?? '';
    if (last === 'test') inTable = true;
    return inTable && last !== 'test' && !/^-+$/.test(last) ? [{ line: index + 1, last }] : [];
  });
};

/** What is wrong with a row: it names no test, or one that is not in the file it links to. */
const faultsOf = (page: string, { line, last }: Row): readonly string[] => {
  const proofs = [...last.matchAll(/\["([^\]]+)"\]\(([^)]+)\)/g)];
  if (proofs.length === 0) return [`${page}:${line}: names no test`];
  return proofs.flatMap(([, name = '', path = '']) => {
    const file = join(root, dirname(page), path);
    if (!existsSync(file)) return [`${page}:${line}: there is no ${path}`];
    return readFileSync(file, 'utf8').includes(name) ? [] : [`${page}:${line}: no test of ${path} is called “${name}”`];
  });
};

describe.each(['docs/reliability.md', 'docs/security.md'])('%s', (page) => {
  const rows = rowsOf(readFileSync(join(root, page), 'utf8'));
  it('names a test for each of its rows', () => {
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.flatMap((row) => faultsOf(page, row))).toEqual([]);
  });
});

describe('a row', () => {
  const proof = (cell: string) => faultsOf('docs/security.md', { line: 1, last: cell });
  it('without a test is found', () => expect(proof('see above')).toEqual(['docs/security.md:1: names no test']));
  it('with a test that is gone is found', () => {
    expect(proof('["is nowhere at all, ever"](../test/e2e/api.test.ts)')).toHaveLength(1);
    expect(proof('["decide what a user may do"](../test/e2e/gone.test.ts)')).toHaveLength(1);
  });
});
