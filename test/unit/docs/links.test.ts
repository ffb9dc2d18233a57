import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, linksOf } from '../../support/markdown-links.ts';

const root = resolve(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = globSync(['*.md', 'docs/**/*.md', 'examples/*.md', '.github/**/*.md'], { cwd: root }).sort();

const anchors = new Map<string, ReadonlySet<string>>();
/** Read once a page: docs/api.md alone has over a hundred links to its own headings. */
const anchorsIn = (markdown: string): ReadonlySet<string> => {
  const known = anchors.get(markdown) ?? anchorsOf(markdown);
  anchors.set(markdown, known);
  return known;
};

/** What is wrong with a page's links within the repository. */
const brokenLinks = (page: string, markdown: string): readonly string[] =>
  linksOf(markdown).flatMap(({ line, url }) => {
    if (/^[a-z]+:/.test(url)) return [];
    const [path = '', anchor] = decodeURIComponent(url).split('#');
    const target = path === '' ? page : relative(root, resolve(root, dirname(page), path));
    if (!existsSync(join(root, target))) return [`${page}:${line}: there is no ${target}`];
    if (anchor === undefined) return [];
    const known = anchorsIn(target === page ? markdown : read(target));
    return known.has(anchor) ? [] : [`${page}:${line}: ${target} has no heading for #${anchor}`];
  });

describe('links within the docs', () => {
  it('are looked at in every page', () => {
    expect(pages).toEqual(
      expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/api.md', 'docs/adr/README.md']),
    );
    expect(linksOf(read('README.md')).length).toBeGreaterThan(5);
  });
  it.each(pages)('of %s lead to a file that exists, and to a heading in it', (page) => {
    expect(brokenLinks(page, read(page))).toEqual([]);
  });
  it('that are wrong are found: a file, a heading here, a heading elsewhere; in a table too', () => {
    const markdown =
      '# One\n\n[a](#one) [b](#two)\n\n| |\n|---|\n| [c](nowhere.md) [d](docs/api.md#nope) [e](https://example.com) |\n';
    expect(brokenLinks('README.md', markdown)).toEqual([
      'README.md:3: README.md has no heading for #two',
      'README.md:7: there is no nowhere.md',
      'README.md:7: docs/api.md has no heading for #nope',
    ]);
  });
});

describe('anchorsOf', () => {
  it('makes them as GitHub does', () => {
    const markdown = '# GitHub’s `push` hook, signed\n## A_b – c\n## Twice\n## Twice\n';
    expect([...anchorsOf(markdown)]).toEqual(['githubs-push-hook-signed', 'a_b--c', 'twice', 'twice-1']);
  });
});
