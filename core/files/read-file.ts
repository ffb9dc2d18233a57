import type { FileAnswer, ReadFileQuery } from '../contract/files.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import { languageOf } from '../domain/languages.ts';
import { toldName } from '../manifest/git-path.ts';
import type { Runtime } from '../ports/runtime.ts';
import { createFileReader, type FileRefusal } from './open-file.ts';

type Deps = Pick<Runtime, 'repositories' | 'objects'>;

export type ReadFileOutcome =
  | FileRefusal
  | { readonly kind: 'found'; readonly file: FileAnswer }
  | { readonly kind: 'beyond-end'; readonly lines: number };

/** A file's text, or some of its lines, at the branch's indexed commit. */
export const readFile = (deps: Deps) => {
  const read = createFileReader(deps);
  return (
    id: RepositoryId,
    user: UserId,
    path: string,
    { branch: asked, start = 1, end }: ReadFileQuery,
    isKnown: (blob: string) => boolean,
  ): Promise<ReadFileOutcome> =>
    read(
      id,
      user,
      path,
      asked,
      isKnown,
      async ({ branch, commit, fresh, entry, content }): Promise<ReadFileOutcome> => {
        if (start > Math.max(1, content.lines)) return { kind: 'beyond-end', lines: content.lines };
        const last = Math.min(end ?? content.lines, content.lines);
        const file: FileAnswer = {
          ...toldName(path),
          branch,
          commit,
          blob: entry.oid,
          language: languageOf(path),
          bytes: content.bytes,
          lines: content.lines,
          start,
          end: last,
          text: linesBetween(content.text, start, last),
          ...fresh,
        };
        return { kind: 'found', file };
      },
    );
};

/** From the one line to the other, both with what ends them. */
const linesBetween = (text: string, start: number, end: number): string => {
  const from = afterLines(text, 0, start - 1);
  return text.slice(from, afterLines(text, from, end - start + 1));
};

/** Where so many more lines have ended. */
const afterLines = (text: string, from: number, lines: number): number => {
  let at = from;
  for (let n = 0; n < lines; n++) {
    const newline = text.indexOf('\n', at);
    if (newline < 0) return text.length;
    at = newline + 1;
  }
  return at;
};
