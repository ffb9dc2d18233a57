import { createNativeGitSource } from '../../../adapters/git/native-git-source.ts';
import { readTree } from '../../support/read-source.ts';

/** Reads a source as the user that it runs as, and prints how that fails. Arguments: the path, its commit, a temporary folder. */
const [path = '', commit = '', tempRoot = ''] = process.argv.slice(2);
const git = createNativeGitSource({ policy: 'local', tempRoot });
try {
  await git.heads({ url: path });
  await readTree(git, { url: path }, commit);
  process.stdout.write('null');
} catch (error) {
  const { name, message, reason } = error as Error & { reason?: string };
  process.stdout.write(JSON.stringify({ name, message, reason }));
}
