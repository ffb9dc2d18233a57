import { createNativeGitSource } from '../../../adapters/git/native-git-source.ts';
import type { TreeEntry } from '../../../core/manifest/manifest.ts';
import type { KnownFiles } from '../../../core/ports/git-source.ts';
import { collect } from '../../support/collect.ts';
import type { GitRepository } from '../../support/git-repository.ts';
import type { HttpFault } from '../../support/http-faults.ts';
import { compareListings } from '../../support/read-source.ts';
import type { useSourceLab } from './source-lab.ts';

/** The same 100 directories and a change to 8 files in them; the other files are beside them. Returns the two commits. */
export const commitFiles = async (repository: GitRepository, files: number): Promise<readonly string[]> => {
  const write = (path: string, content: string): string =>
    `M 100644 inline ${path}\ndata ${content.length}\n${content}\n`;
  let text = 'commit refs/heads/main\ncommitter T <t@example.com> 1700000000 +0000\ndata 0\n';
  for (let n = 0; n < 500; n += 1) text += write(`src/d${n % 10}/e${n % 50}/f${n}.ts`, `${n}`);
  for (let n = 500; n < files; n += 1) text += write(`other/d${n % 100}/f${n}.ts`, `${n}`);
  text += 'commit refs/heads/main\ncommitter T <t@example.com> 1700000001 +0000\ndata 0\n';
  for (let n = 0; n < 3; n += 1) text += write(`src/d${n}/e${n}/f${n}.ts`, `changed ${n}`);
  for (let n = 3; n < 8; n += 1) text += write(`src/d${n}/e${n}/new.ts`, `new ${n}`);
  await repository.gitWithInput(text, 'fast-import', '--quiet');
  return (await repository.git('rev-list', '--reverse', 'main')).split('\n');
};

/** From its n-th POST on the server has a fault. */
export const fromPost = (n: number, fault: HttpFault): ((request: { method: string }) => HttpFault | null) => {
  let posts = 0;
  return ({ method }) => {
    if (method === 'POST') posts += 1;
    return posts >= n ? fault : null;
  };
};

type Lab = Pick<ReturnType<typeof useSourceLab>, 'tempRoot' | 'gitSource'>;

/** Has the files of the old commit, or others, for the one who asks a server. */
export type Knowing = (before: readonly TreeEntry[], after: readonly TreeEntry[]) => KnownFiles | undefined;

/** What the local source lists of two commits, each whole; and what the server tells of their difference, with its count. */
export const bothWays = async (
  lab: Lab,
  repository: GitRepository,
  url: string,
  from: string,
  to: string,
  knowing?: Knowing,
) => {
  const local = createNativeGitSource({ policy: 'local', tempRoot: lab.tempRoot });
  const whole = await local.open({ url: repository.path }, [
    { branch: 'main', commit: to },
    { branch: 'main', commit: from },
  ]);
  const [before, after] = [await collect(whole.tree(from)), await collect(whole.tree(to))];
  const counted = await whole.countCommits(from, to);
  await whole.close();
  const remote = await lab.gitSource().open({ url }, [{ branch: 'main', commit: to, since: from }]);
  try {
    const changes = await Array.fromAsync(remote.changes(from, to, knowing?.(before.flat(), after.flat())) ?? []);
    return [
      { changes: changes.flat(), counted: await remote.countCommits(from, to) },
      { changes: compareListings(before.flat(), after.flat()), counted },
    ] as const;
  } finally {
    await remote.close();
  }
};
