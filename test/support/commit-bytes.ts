import type { GitRepository } from './git-repository.ts';

/** Commits files whose names are bytes. */
export const commitBytes = async (
  git: GitRepository,
  files: readonly (readonly [Buffer, string])[],
): Promise<string> => {
  let commit =
    'commit refs/heads/main\ncommitter A <a@example.com> 1700000000 +0000\ndata 5\nbytes\nfrom refs/heads/main^0\n';
  for (const [name, content] of files) {
    const quoted = [...name].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
    commit += `M 100644 inline "${quoted}"\ndata ${Buffer.byteLength(content)}\n${content}\n`;
  }
  await git.gitWithInput(commit, 'fast-import', '--quiet', '--force');
  await git.git('reset', '--hard', '--quiet');
  return git.head();
};
