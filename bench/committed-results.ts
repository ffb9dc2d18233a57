import { execFileSync } from 'node:child_process';
import { Results } from './figures.ts';

/** The figures that are committed, whatever a run has written since. None where there is no history to look into. */
export const committedResults = (root: string): readonly Results[] => {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 26 });
  let names: readonly string[];
  try {
    names = git('ls-tree', '--name-only', 'HEAD', 'bench/results/').split('\n');
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      // Of a shape that is not known any more: nothing to compare with.
      const { data } = Results.safeParse(JSON.parse(git('show', `HEAD:${name}`)));
      return data === undefined ? [] : [data];
    });
};
