import fc from 'fast-check';
import type { GitRepository } from './git-repository.ts';

/** Names that stand in another order with a slash behind them, names that git quotes, and bytes that are no text. */
const names = ['a', 'a.b', 'a-b', 'a0', 'b', 'B', 'ü', '"q', 'new\nline', '\tx', '.gitmodule', 'gr\xf6\xdfe'];

const name = fc.constantFrom(...names);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const mode = fc.constantFrom('100644', '100644', '100644', '100755', '120000');

const edit = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), path, mode, content: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('module' as const), path, content: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), path }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), path, to: path }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('copy' as const), path, to: path }) },
);
export type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

/** What each commit of a history does, after the one before. */
export const edits = fc.array(fc.array(edit, { minLength: 1, maxLength: 8 }), { minLength: 3, maxLength: 8 });

interface File {
  readonly mode: string;
  readonly content: number;
}

/** Commits a history in one go, on the branch `main`; returns its commits. */
export const commitHistory = async (
  repository: GitRepository,
  history: readonly (readonly Edit[])[],
): Promise<readonly string[]> => {
  const files = new Map<string, File>();
  let text = '';
  for (const [at, commands] of history.entries()) {
    for (const command of commands) apply(files, command);
    text += `commit refs/heads/main\ncommitter T <t@example.com> ${1_700_000_000 + at} +0000\ndata 0\n`;
    text += 'deleteall\n';
    for (const [name, file] of files) text += fileCommand(name, file);
    text += '\n';
  }
  await repository.gitWithInput(Buffer.from(text, 'latin1'), 'fast-import', '--quiet', '--force');
  return (await repository.git('rev-list', '--reverse', 'main')).split('\n');
};

const apply = (files: Map<string, File>, command: Edit): void => {
  const { path } = command;
  const below = [...files].filter(([name]) => name === path || name.startsWith(`${path}/`));
  if (command.kind === 'delete' || command.kind === 'move') for (const [name] of below) files.delete(name);
  if (command.kind === 'write') put(files, path, { mode: command.mode, content: command.content });
  if (command.kind === 'module') put(files, path, { mode: '160000', content: command.content });
  if (command.kind === 'move' || command.kind === 'copy')
    for (const [name, file] of below) put(files, command.to + name.slice(path.length), file);
};

/** A file takes the place of a directory, and the other way round. */
const put = (files: Map<string, File>, path: string, file: File): void => {
  for (const name of files.keys()) if (name.startsWith(`${path}/`) || path.startsWith(`${name}/`)) files.delete(name);
  files.set(path, file);
};

const fileCommand = (path: string, { mode, content }: File): string => {
  const name = `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
  if (mode === '160000') return `M 160000 ${String(content + 1).repeat(40)} ${name}\n`;
  return `M ${mode} inline ${name}\ndata 1\n${content}\n`;
};
