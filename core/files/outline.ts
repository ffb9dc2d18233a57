import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { OutlineAnswer, OutlineQuery } from '../contract/symbols.ts';
import { languageOf } from '../domain/languages.ts';
import { toldName } from '../manifest/git-path.ts';
import { createFileSymbols } from '../objects/file-symbols.ts';
import type { Runtime } from '../ports/runtime.ts';
import { createFileReader, type FileRefusal } from './open-file.ts';

type Deps = Pick<Runtime, 'repositories' | 'objects' | 'symbolExtractor'>;

export type OutlineOutcome = FileRefusal | { readonly kind: 'found'; readonly outline: OutlineAnswer };

/** What one file defines, at the branch's indexed commit, in the order of its lines. */
export const outline = (deps: Deps) => {
  const symbolsOf = createFileSymbols(deps.symbolExtractor);
  const read = createFileReader(deps);
  return (
    id: RepositoryId,
    user: UserId,
    path: string,
    { branch: asked }: OutlineQuery,
    isKnown: (blob: string) => boolean,
  ): Promise<OutlineOutcome> =>
    read(id, user, path, asked, isKnown, async ({ branch, commit, fresh, entry, content }) => {
      const covered = deps.symbolExtractor.covers(path);
      const found = covered ? await symbolsOf(path, entry.oid, content.text) : { definitions: [] };
      const notParsed = covered ? ('notParsed' in found ? found.notParsed : undefined) : 'language';
      const answer: OutlineAnswer = {
        ...toldName(path),
        branch,
        commit,
        blob: entry.oid,
        language: languageOf(path),
        symbols: found.definitions.map(({ name, kind, container, line, startLine, endLine, signature }) => ({
          name,
          kind,
          container,
          line,
          start_line: startLine,
          end_line: endLine,
          signature,
        })),
        ...(notParsed === undefined ? {} : { not_parsed: notParsed }),
        ...fresh,
      };
      return { kind: 'found' as const, outline: answer };
    });
};
