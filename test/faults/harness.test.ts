import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import config from '../../vitest.config.ts';
import { historyOf } from './campaign.ts';
import { playHistory } from './play-history.ts';

interface Project {
  readonly test: { readonly include: readonly string[]; readonly exclude?: readonly string[]; readonly retry?: number };
}

describe('the configuration of the tests', () => {
  it('gives every test file to one project, and tries none a second time in the same process', () => {
    const projects = (config.test?.projects ?? []) as unknown as readonly Project[];
    const filesOf = ({ test: { include, exclude = [] } }: Project) =>
      globSync([...include], { exclude: [...exclude] }).sort();
    expect(projects.flatMap(filesOf).sort()).toEqual(globSync('test/**/*.test.ts').sort());
    expect(
      [config.test?.retry, ...projects.map(({ test }) => test.retry)].filter((each) => each !== undefined),
    ).toEqual([]);
  });
});

describe('random histories', () => {
  it('that could not begin have kept no promise', async () => {
    const mutation = {
      name: 'no repository is registered',
      ports: ({ repositories }: Parameters<NonNullable<import('./mutations.ts').Mutation['ports']>>[0]) => ({
        repositories: {
          ...repositories,
          create: async () => {
            throw new Error('away');
          },
        },
      }),
    };
    const { violations } = await playHistory(historyOf(1, { operations: 4, faults: 0 }), { mutation });
    expect(violations[0]).toContain('the history has not begun');
  });

  it.each([
    ['in process', []],
    ['of the real service', ['--real']],
  ])('%s of which none was played are no success', async (_, options) => {
    const played = promisify(execFile)(process.execPath, ['test/faults/run.ts', '--histories', '0', ...options]);
    await expect(played).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('nothing was looked at') });
  });
});
