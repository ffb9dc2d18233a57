import { globSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linksOf } from '../../support/markdown-links.ts';

const root = resolve(import.meta.dirname, '../../..');
const docs = join(root, 'docs');
const links = linksOf(readFileSync(join(docs, 'code-map.md'), 'utf8')).map(({ code, url }) => ({
  code,
  path: relative(root, resolve(docs, url)),
}));

const exports = (source: string, name: string): boolean =>
  new RegExp(`^export (?:async )?(?:const|function\\*?|class|interface|type) ${name}\\b`, 'm').test(source);

/** Whether a file holds what the map says: for the state machine a state, for a module something that it exports. */
const holds = (path: string, name: string): boolean => {
  const source = readFileSync(join(root, path), 'utf8');
  return path.endsWith('.json') ? Object.hasOwn(JSON.parse(source).States, name) : exports(source, name);
};

const named = links.flatMap(({ code, path }) => (code === null || code.includes('/') ? [] : [{ name: code, path }]));

describe('docs/code-map.md', () => {
  it.each(named.filter(({ path }) => !statSync(join(root, path)).isDirectory()))(
    'finds $name in $path',
    ({ name, path }) => {
      expect(holds(path, name)).toBe(true);
    },
  );
  it('names every state that does some work, in the order in which they run', () => {
    const states = named.filter(({ path }) => path.endsWith('.asl.json')).map(({ name }) => name);
    const { States } = JSON.parse(readFileSync(join(root, 'core/workflow/sync.asl.json'), 'utf8'));
    const working = Object.keys(States).filter((name) => ['Task', 'Map'].includes(States[name].Type));
    expect(states).toEqual(working);
  });
  it('calls what has a path by that path', () => {
    const paths = links.filter(({ code }) => code?.includes('/'));
    expect(paths.length).toBeGreaterThan(0);
    for (const { code, path } of paths) expect(path).toBe(code);
  });
  it('has a line for every folder', () => {
    // By the files in them: a checkout keeps empty folders of what has moved.
    const inner = globSync('{lib,local,cli,core,adapters,test,docs}/*/**/*.*', {
      cwd: root,
      exclude: ['**/node_modules/**'],
    });
    const rooms = new Set(inner.map((path) => path.split('/').slice(0, 2).join('/')));
    const mapped = new Set(links.map(({ path }) => path));
    const whole = [
      'bin',
      'lib',
      'lambdas',
      'lambdas/handling',
      'local',
      'adapters',
      'bench',
      'examples',
      'docs',
      'client',
      'cli',
    ];
    const missing = [...rooms, ...whole].filter((room) => !mapped.has(room));
    expect(rooms.size).toBeGreaterThan(30);
    expect(missing).toEqual([]);
  });
  it('has its neighbours at the top, and no other page', () => {
    expect(globSync('*.md', { cwd: root }).sort()).toEqual([
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'README.md',
      'SECURITY.md',
    ]);
  });
  it('would miss a name that is not there', () => {
    expect(holds('core/sync/pull.ts', 'push')).toBe(false);
    expect(holds('core/workflow/sync.asl.json', 'Nowhere')).toBe(false);
  });
});
