import { gitOutput, headBranch, runGit } from './git.ts';

/** Files of a generated repository that have a content of their own; a larger one has their tree several times over. */
export const OWN_CONTENTS = 100_000;

const name = 'Bench <bench@example.com> 1700000000 +0000';

/**
 * Puts the tree of HEAD into itself, as `part-1` … `part-<copies>`: a million paths in the time of a hundred thousand, for figures that depend on
 * how many files there are and not on what is in them. Replaces HEAD's commit.
 */
export const shareTrees = async (repository: string, copies: number): Promise<void> => {
  const tree = (await gitOutput(repository, ['rev-parse', 'HEAD^{tree}'])).toString().trim();
  const own = (await gitOutput(repository, ['ls-tree', 'HEAD'])).toString();
  const parts = Array.from({ length: copies }, (_, i) => `040000 tree ${tree}\tpart-${i + 1}\n`);
  const whole = (await gitOutput(repository, ['mktree'], [own, ...parts])).toString().trim();
  const text = `tree ${whole}\nauthor ${name}\ncommitter ${name}\n\nall files\n`;
  const commit = (await gitOutput(repository, ['hash-object', '-w', '-t', 'commit', '--stdin'], [text]))
    .toString()
    .trim();
  await runGit(repository, ['update-ref', await headBranch(repository), commit]);
};
