import type { FoundSymbol, NotParsedFile, SymbolsQuery } from '../contract/symbols.ts';
import { languageOf } from '../domain/languages.ts';
import { toldName } from '../manifest/git-path.ts';
import type { BranchContents, BranchText, PathsAsked } from '../objects/contents.ts';
import { createFileSymbols } from '../objects/file-symbols.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Definition } from '../ports/symbol-extractor.ts';
import type { PlacedPage, PlaceInBranch } from './grep-cursor.ts';
import { packTest } from './rules/exact/pack-test.ts';
import { type NameTest, nameTest } from './rules/symbol-name.ts';

/** What one page may take, after its first text is at hand; beyond it one more file is parsed at most, which has a second. */
const PAGE_MILLISECONDS = 2_000;
/** The thread is given to others after this, and after each parse that took as long. */
const TURN_MILLISECONDS = 10;
/** UTF-16 code units of one page's definitions: see grep-branch. */
const PAGE_UNITS = 900_000;
/** Files that a page names as not parsed. */
const MOST_NOT_PARSED = 100;

export interface SymbolsAsked extends Pick<SymbolsQuery, 'kind' | 'limit'> {
  readonly name: NameTest | null;
  /** What the query lets through, whether it can be parsed or not. */
  readonly paths: PathsAsked | undefined;
  readonly from: PlaceInBranch | null;
}

export interface SymbolPage extends PlacedPage<FoundSymbol> {
  readonly notParsed: readonly NotParsedFile[];
}

/** The test that a query's name asks for; null: any name. */
export const nameAsked = (query: Pick<SymbolsQuery, 'name' | 'match' | 'case'>): NameTest | null =>
  query.name === undefined ? null : nameTest({ ...query, name: query.name });

/**
 * Definitions of a branch, from a place on, in the order of paths and lines. Of the texts that may define the name, as the packs' filters and the text
 * itself tell, the syntax is parsed; what a text defines is kept.
 */
export const createBranchSymbols = (deps: Pick<Runtime, 'clock' | 'symbolExtractor'>) => {
  const extractor = deps.symbolExtractor;
  const symbolsOf = createFileSymbols(extractor);

  return async (contents: BranchContents, asked: SymbolsAsked): Promise<SymbolPage> => {
    const { name, kind, paths, from, limit } = asked;
    const items: { item: FoundSymbol; next: PlaceInBranch }[] = [];
    const notParsed: NotParsedFile[] = [];
    const now = () => deps.clock.now().getTime();
    let begun: number | null = null;
    let turned = 0;
    let units = 0;
    const texts = contents.texts({
      paths: {
        prefix: paths?.prefix ?? '',
        passes: (path) => extractor.covers(path) && (paths === undefined || paths.passes(path)),
      },
      from: from?.path,
      mayHold: name === null ? undefined : packTest(name.required),
    });
    for await (const text of texts) {
      const { path } = text;
      begun ??= turned = now();
      const first = path === from?.path ? from.line : 1;
      if (name === null || name.mayDefine(text.text, extractor.placesIn(path))) {
        const found = await symbolsOf(path, text.blob, text.text);
        if (found.notParsed !== undefined && notParsed.length < MOST_NOT_PARSED)
          notParsed.push({ ...toldName(path), reason: found.notParsed });
        for (const [n, definition] of found.definitions.entries()) {
          if (n + 1 < first || (kind !== undefined && definition.kind !== kind)) continue;
          if (name !== null && !name.accepts(definition)) continue;
          const next = { path, line: n + 2 };
          const item = foundSymbol(text, definition);
          items.push({ item, next });
          units += unitsOf(item);
          if (items.length === limit) return { items, notParsed, next };
          if (units > PAGE_UNITS) return { items, notParsed, next, truncated: 'size' };
        }
      }
      if (now() - turned < TURN_MILLISECONDS) continue;
      await turn();
      turned = now();
      if (turned - begun > PAGE_MILLISECONDS)
        return { items, notParsed, next: { path, line: Number.MAX_SAFE_INTEGER }, truncated: 'time' };
    }
    return { items, notParsed, next: null };
  };
};

const foundSymbol = ({ path }: BranchText, definition: Definition): FoundSymbol => ({
  ...outlineEntry(definition),
  ...toldName(path),
  language: languageOf(path),
});

const outlineEntry = ({ name, kind, container, line, startLine, endLine, signature }: Definition) => ({
  name,
  kind,
  container,
  line,
  start_line: startLine,
  end_line: endLine,
  signature,
});

/** What a definition takes in an answer. */
export const unitsOf = ({ name, container, path, signature }: FoundSymbol): number =>
  name.length + (container?.length ?? 0) + path.length + signature.length + 200;

/** Lets whatever else is due have the thread. No waiting for a time, so it needs no clock. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
