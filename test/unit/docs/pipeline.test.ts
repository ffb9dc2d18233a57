import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { stages } from '../../../lib/stages.ts';

const root = new URL('../../../', import.meta.url);
const pipeline = parse(readFileSync(new URL('docs/examples/github-actions-deploy.yml', root), 'utf8'));
const scripts = Object.keys(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).scripts);

interface Step {
  readonly run?: string;
  readonly uses?: string;
}
const jobs: [string, { needs?: string; environment?: string; env?: { STACK: string }; steps: Step[] }][] =
  Object.entries(pipeline.jobs);
const commands = jobs.flatMap(([, { steps }]) => steps.flatMap(({ run }) => run ?? []));

it('tests, deploys dev, and only then prod', () => {
  expect(jobs.map(([name, { needs }]) => [name, needs])).toEqual([
    ['test', undefined],
    ['dev', 'test'],
    ['prod', 'dev'],
  ]);
});

it('deploys the stacks of stages that there are, each in an environment of its own', () => {
  for (const [name, { environment, env }] of jobs.slice(1)) {
    expect(Object.keys(stages)).toContain(name);
    expect(environment).toBe(name);
    expect(env?.STACK).toBe(`RepositorySync-${name}`);
  }
});

it('names scripts and files that there are', () => {
  const text = commands.join('\n');
  for (const [, script = ''] of text.matchAll(/npm run (?:-s )?([\w:]+)/g)) expect(scripts).toContain(script);
  const files = [...text.matchAll(/(?:node|bash) ([\w./-]+)/g)].map(([, file = '']) => file);
  expect(files).toContain('test/deployed/smoke.ts');
  expect(files).toContain('.ci/run');
  for (const file of files) expect(existsSync(new URL(file, root)), file).toBe(true);
});

it('gives the smoke test the options that it takes', () => {
  const smoke = readFileSync(new URL('test/deployed/smoke.ts', root), 'utf8');
  const [used = ''] = commands.filter((command) => command.includes('smoke.ts'));
  const given = [...used.slice(used.indexOf('smoke.ts')).matchAll(/--([a-z]+) /g)].map(([, option = '']) => option);
  expect(given.sort()).toEqual(['api', 'query', 'source', 'token']);
  for (const option of given) expect(smoke).toMatch(new RegExp(`^  ${option}: \\{ type: 'string'`, 'm'));
});
