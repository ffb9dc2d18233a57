import { createGitRepository } from '../support/git-repository.ts';
import { need, register, run, type Stage } from './usage-stage.ts';

/** More than a publish sorts in memory: see core/sync/in-order.ts. */
const FILES = 33_000;

/** A branch of many files, all with one text: only the paths cost. */
export const useLargeBranch = async (stage: Stage): Promise<void> => {
  const git = await createGitRepository();
  try {
    const text = 'export const vole = 1;\n';
    const commit = 'commit refs/heads/main\ncommitter T <t@example.com> 1700000000 +0000\ndata 5\nfiles';
    const paths = Array.from({ length: FILES }, (_, n) => `M 100644 :1 src/part-${n % 40}/module-${n}.ts`);
    const stream = [`blob\nmark :1\ndata ${text.length}\n${text}`, commit, ...paths, ''].join('\n');
    await git.gitWithInput(stream, 'fast-import', '--quiet');
    await register(stage, 'large', { url: git.path });
    await run(stage, 'large');
    await need(stage, 204, 'DELETE', '/api/repositories/large');
  } finally {
    await git.cleanup();
  }
};
