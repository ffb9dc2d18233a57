import { patternFromTop } from '../../domain/from-top.ts';
import { languageNamed, languages } from '../../domain/languages.ts';

/** A filter's value; `not`: what has it is left out. */
export interface Term {
  readonly value: string;
  readonly not: boolean;
}

/** A query, read. */
export interface QueryTerms {
  /** What is looked for: the query's words as they are, and those of its phrases. Never empty for a query that is not. */
  readonly text: string;
  /** What a hit's text must hold, letter for letter but for their case. */
  readonly phrases: readonly string[];
  /** Words that neither text nor path may have. */
  readonly withoutWords: readonly string[];
  /** What neither text nor path may hold, letter for letter but for their case. */
  readonly withoutPhrases: readonly string[];
  readonly paths: readonly Term[];
  /** Ids of languages. */
  readonly languages: readonly Term[];
  /** Repository ids; `*` stands for any letters. */
  readonly repositories: readonly Term[];
  /** Each once. */
  readonly branches: readonly string[];
  /** For people: what was not read as it looks. */
  readonly warnings: readonly string[];
}

interface Draft {
  words: string[];
  phrases: string[];
  withoutWords: string[];
  withoutPhrases: string[];
  paths: Term[];
  languages: Term[];
  repositories: Term[];
  branches: string[];
  warnings: string[];
}

const filter = /(path|lang|language|repo|branch):/y;
const word = /\S+/y;
/** Closed, and with white space or the end after it; `\"` and `\\` stand for a quote and a backslash. */
const quoted = /"((?:[^"\\]|\\[\s\S])*)"(?!\S)/y;
/** What a minus sign leaves out: `-1`, `->` and `--all` are text. */
const excludable = /^[\p{L}_$]/u;

/**
 * Reads `path:`, `lang:` or `language:`, `repo:`, `branch:`, `-word`, `-path:`, `"exact phrase"`. All else is text, also what only looks like a term:
 * a name with two colons, an empty value, a quote that is not closed. A query of terms alone is looked for as it is, unless it names paths.
 */
export const readTerms = (query: string): QueryTerms => {
  const draft: Draft = {
    words: [],
    phrases: [],
    withoutWords: [],
    withoutPhrases: [],
    paths: [],
    languages: [],
    repositories: [],
    branches: [],
    warnings: [],
  };
  for (let at = afterSpace(query, 0); at < query.length; at = afterSpace(query, at))
    at = readTerm(query, at, draft) ?? readWord(query, at, draft);
  const { words, branches, ...rest } = draft;
  const text = [...words, ...rest.phrases].join(' ');
  if (text !== '') return { ...rest, text, branches: [...new Set(branches)] };
  const ofPaths = rest.paths.flatMap(({ value, not }) => (not ? [] : [value.replaceAll(/[*?]+/g, ' ').trim()]));
  const asked = ofPaths.join(' ').trim();
  if (asked !== '') return { ...rest, text: asked, branches: [...new Set(branches)] };
  return literally(query.trim(), draft.warnings);
};

/** Of a query that leaves nothing to look for. */
const literally = (text: string, warnings: readonly string[]): QueryTerms => ({
  text,
  phrases: [],
  withoutWords: [],
  withoutPhrases: [],
  paths: [],
  languages: [],
  repositories: [],
  branches: [],
  warnings: [
    ...warnings,
    `q names no word to look for beside what limits the search, so ${text} is looked for as it is`,
  ],
});

const afterSpace = (query: string, from: number): number => {
  let at = from;
  while (at < query.length && /\s/.test(query.charAt(at))) at += 1;
  return at;
};

const matchAt = (pattern: RegExp, query: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(query);
};

const readWord = (query: string, at: number, { words }: Draft): number => {
  const [text = ''] = matchAt(word, query, at) ?? [];
  words.push(text);
  return at + text.length;
};

/** Where the term ends that begins here; null: none does. */
const readTerm = (query: string, at: number, draft: Draft): number | null => {
  const not = query.charAt(at) === '-';
  const begin = not ? at + 1 : at;
  const [named, name] = matchAt(filter, query, begin) ?? [];
  if (named !== undefined) {
    const value = valueAt(query, begin + named.length);
    if (value !== null && takeFilter(name as string, { value: value.text, not }, draft)) return value.end;
  }
  const phrase = quotedAt(query, begin);
  if (phrase !== null) {
    (not ? draft.withoutPhrases : draft.phrases).push(phrase.text);
    return phrase.end;
  }
  const [text = ''] = not ? (matchAt(word, query, begin) ?? []) : [];
  if (!excludable.test(text)) return null;
  draft.withoutWords.push(text);
  return begin + text.length;
};

interface Value {
  readonly text: string;
  readonly end: number;
}

const valueAt = (query: string, at: number): Value | null => {
  const inQuotes = quotedAt(query, at);
  if (inQuotes !== null) return inQuotes;
  const [text = ''] = matchAt(word, query, at) ?? [];
  return text === '' || text.startsWith('"') ? null : { text, end: at + text.length };
};

/** Null where nothing is quoted, or nothing but white space. */
const quotedAt = (query: string, at: number): Value | null => {
  const [all, inside] = matchAt(quoted, query, at) ?? [];
  if (all === undefined || inside === undefined || inside.trim() === '') return null;
  return { text: inside.replaceAll(/\\(["\\])/g, '$1'), end: at + all.length };
};

/** Whether the filter means something; if not, it is text. */
const takeFilter = (name: string, term: Term, draft: Draft): boolean => {
  const { value, not } = term;
  if (value.startsWith(':')) return false;
  if (name === 'path') {
    if (/[\n\r\0]/.test(value)) return false;
    draft.paths.push({ ...term, value: patternFromTop(value) });
    return true;
  }
  if (name === 'repo') {
    if (!/^[a-z0-9*][a-z0-9*-]*$/.test(value)) return false;
    draft.repositories.push(term);
    return true;
  }
  if (name === 'branch') {
    if (not || !/^[^\s~^:?*[\\/-][^\s~^:?*[\\]*$/.test(value)) return false;
    draft.branches.push(value);
    return true;
  }
  const language = languageNamed(value);
  if (language === null) {
    draft.warnings.push(
      `no language is called ${value}, so ${name}:${value} is looked for as it is; languages are ${languages.join(', ')}`,
    );
    return false;
  }
  draft.languages.push({ value: language, not });
  return true;
};
