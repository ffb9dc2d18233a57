import type { Operations } from '../../client/src/client.ts';
import { repositoryPage } from './addresses.ts';

/** What the Search page is asked for, as its address has it. */
export interface Asked {
  /** Every line that has the text, in place of the best hits for some words. */
  readonly exact: boolean;
  readonly q: string;
  /** In one repository. */
  readonly branch: string;
  /** In all of them: which, by names with commas between. */
  readonly repositories: string;
  readonly language: string;
  readonly path: string;
  /** These are of exact search only. */
  readonly regex: boolean;
  readonly case: boolean;
  readonly word: boolean;
  /** Lines before and after each, as they were written. */
  readonly context: string;
}

const CONTEXT = '2';

export const askedOf = (address: URLSearchParams): Asked => ({
  exact: address.get('exact') === 'true',
  q: address.get('q') ?? '',
  branch: address.get('branch') ?? '',
  repositories: address.get('repositories') ?? '',
  language: address.get('language') ?? '',
  path: address.get('path') ?? '',
  regex: address.get('regex') === 'true',
  case: address.get('case') !== 'false',
  word: address.get('word') === 'true',
  context: address.get('context') ?? CONTEXT,
});

/** Where this is asked, of one repository or (null) of all: only what differs from the defaults is named. */
export const searchPage = (id: string | null, asked: Asked): string => {
  const { exact, q, branch, repositories, language, path } = asked;
  const query = new URLSearchParams({
    // Of exact search spaces, too, are something to look for.
    ...((exact ? q : q.trim()) === '' ? {} : { q }),
    ...(exact ? { exact: 'true' } : {}),
    ...named({ branch, repositories, language, path }),
    ...(exact ? named(optionsOf(asked)) : {}),
  });
  return `${id === null ? '/search' : repositoryPage(id, 'search')}${query.size === 0 ? '' : `?${query}`}`;
};

const named = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));

const optionsOf = ({ regex, case: cased, word, context }: Asked) => ({
  regex: regex ? 'true' : '',
  case: cased ? '' : 'false',
  word: word ? 'true' : '',
  context: context === CONTEXT ? '' : context,
});

export type SearchFor = Operations['search']['request']['query'];
export type GrepFor = Operations['grep']['request']['query'];

export type SearchAllFor = Operations['search-all']['request']['query'];
export type GrepAllFor = Operations['grep-all']['request']['query'];

const narrowed = ({ branch, repositories, language, path }: Asked) => named({ branch, repositories, language, path });

/** The same for all repositories, whose names it holds. */
export const searchFor = (asked: Asked): SearchFor & SearchAllFor => ({ q: asked.q, ...narrowed(asked), limit: 20 });

export const grepFor = (asked: Asked): GrepFor & GrepAllFor => ({
  pattern: asked.q,
  ...narrowed(asked),
  ...(asked.regex ? { regex: 'true' } : {}),
  ...(asked.case ? {} : { case: 'false' }),
  ...(asked.word ? { word: 'true' } : {}),
  // Of what is no number the service says so.
  context: Number(asked.context),
});
