import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const folder = new URL('../../../docs/adr/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const records = readdirSync(folder)
  .filter((name) => name !== 'README.md')
  .sort();

it('docs/adr/README.md lists every ADR in order, by its number and title', () => {
  const rows = records.map((name) => {
    const [, number, title] = /^# (\d+)\. (.+)$/m.exec(read(name)) ?? [];
    return `| [${number}](${name}) | ${title} |`;
  });
  expect(rows.length).toBeGreaterThan(0);
  expect(
    read('README.md')
      .split('\n')
      .filter((line) => line.startsWith('| [')),
  ).toEqual(rows);
});

it.each(records)('%s begins with its own number, which no other has', (name) => {
  const number = Number(/^(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1]);
  expect(read(name)).toMatch(new RegExp(`^# ${number}\\. `));
  expect(records.filter((other) => other.startsWith(name.slice(0, 5)))).toEqual([name]);
});
