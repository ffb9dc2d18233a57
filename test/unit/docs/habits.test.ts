import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');

it('.editorconfig tells editors what biome.json formats by', () => {
  const [, everywhere = ''] = /^\[\*\]\n((?:.+\n)*)/m.exec(read('.editorconfig')) ?? [];
  const settings = Object.fromEntries(everywhere.matchAll(/^(\w+) = (\S+)$/gm).map(([, name, value]) => [name, value]));
  const { indentStyle, indentWidth, lineWidth } = JSON.parse(read('biome.json')).formatter;
  expect(settings).toMatchObject({
    indent_style: indentStyle,
    indent_size: String(indentWidth),
    max_line_length: String(lineWidth),
    // Biome's default, and what .gitattributes asks for.
    end_of_line: 'lf',
  });
});

it('CHANGELOG.md begins with what is unreleased, and its newest version is the package’s', () => {
  const versions = [...read('CHANGELOG.md').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading ?? '');
  expect(versions[0]).toBe('[Unreleased]');
  for (const version of versions.slice(1)) expect(version).toMatch(/^\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/);
  expect(versions[1]).toContain(`[${JSON.parse(read('package.json')).version}]`);
});

it('CHANGELOG.md sorts its lines under the headings of Keep a Changelog', () => {
  const kinds = [...read('CHANGELOG.md').matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  expect(kinds.length).toBeGreaterThan(0);
  for (const kind of kinds) expect(['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']).toContain(kind);
});
