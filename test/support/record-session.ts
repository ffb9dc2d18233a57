import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { commandLine } from '../../adapters/system/command-line.ts';
import { createGitRepository } from './git-repository.ts';
import { inTerminal, screenOf } from './in-terminal.ts';
import { makeDataDir, startService } from './service-process.ts';

/** `node test/support/record-session.ts`: runs the commands in a terminal against a real service, and writes docs/cli-session.txt. */

commandLine({
  usage: `npm run docs:session

Records the terminal session of the docs anew, in docs/cli-session.txt.`,
});

const root = resolve(import.meta.dirname, '../..');
const commands = [
  'repo-sync add . --id demo | head -1',
  'repo-sync sync demo --wait',
  'repo-sync status',
  'repo-sync files demo --skipped',
  'repo-sync search demo retry with backoff',
  'repo-sync sync demo --wait',
  'repo-sync cancel demo',
];

const git = await createGitRepository({
  'src/retry.ts': await readFile(join(root, 'client/src/request.ts'), 'utf8'),
  'src/errors.ts': await readFile(join(root, 'client/src/errors.ts'), 'utf8'),
  'logo.png': 'a\0b',
});
const data = await makeDataDir();
const home = await mkdtemp(join(tmpdir(), 'session-'));
const service = await startService(data.path);
try {
  const env = {
    HOME: home,
    REPO_SYNC_URL: service.url,
    REPO_SYNC_TOKEN: service.token,
    PATH: [join(root, 'node_modules/.bin'), dirname(process.execPath), process.env.PATH].join(delimiter),
  };
  const parts: string[] = [];
  for (const command of commands) {
    const run = inTerminal(command, { cwd: git.path, env });
    await run.ended;
    parts.push(`$ ${command}\n${screenOf(run.raw).trim()}\n`);
  }
  // Where it was recorded is nobody's concern.
  const text = parts.join('\n').replaceAll(git.path, '~/demo');
  await writeFile(join(root, 'docs/cli-session.txt'), text);
} finally {
  await service.terminate();
  await data.remove();
  await rm(home, { recursive: true, force: true });
  await git.cleanup();
}
