import type { GitRepository } from '../../support/git-repository.ts';
import type { HttpFault } from '../../support/http-faults.ts';

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
