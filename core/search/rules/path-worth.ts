import { codeTokens } from './code-tokens.ts';
import { rememberedStem } from './word-stem.ts';

/** Each found with bench/search on one half of its repositories, and of use on the other: docs/search.md. */
const nameLift = 0.4;
const folderLift = 0.1;
/** Lift of a path that has all of the query's words, and what a word counts that only begins as one of the file's name. */
const queryLift = 1.1;
const beginningWorth = 0.7;
/** Beginnings that are shorter say too little. */
const leastBeginning = 3;

/** What the words of a path say, by the stems of the query's words: 0 for none of them. */
export const pathLift = (path: string, asked: ReadonlySet<string>): number => {
  const slash = path.lastIndexOf('/');
  const name = stemsOf(path.slice(slash + 1).replace(/\.[^.]*$/, ''));
  const folders = stemsOf(path.slice(0, Math.max(slash, 0)));
  let met = 0;
  for (const word of asked) {
    if (name.has(word) || folders.has(word)) met += 1;
    else if ([...name].some((other) => beginsAlike(word, other))) met += beginningWorth;
  }
  const ofQuery = met / Math.max(1, asked.size);
  return nameLift * shareAsked(name, asked) + folderLift * shareAsked(folders, asked) + queryLift * ofQuery;
};

const stemsOf = (text: string): ReadonlySet<string> => new Set(codeTokens(text).map(rememberedStem));

const beginsAlike = (a: string, b: string): boolean =>
  Math.min(a.length, b.length) >= leastBeginning && (a.startsWith(b) || b.startsWith(a));

const shareAsked = (words: ReadonlySet<string>, asked: ReadonlySet<string>): number => {
  let met = 0;
  for (const word of words) if (asked.has(word)) met += 1;
  return words.size === 0 ? 0 : met / words.size;
};

const secondaryFolder =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|__snapshots__|specs?|e2e|testing|testdata|test[-_]data|fixtures?|__fixtures__|mocks?|vendor|vendored|third[-_]party|node_modules|bower_components|external|examples?)\//i;
const secondaryName =
  /(?:[._-](?:test|tests|spec|e2e|stories)\.[^/]+|(?:^|\/)test_[^/]*\.py|(?:^|\/)conftest\.py|[a-z0-9]Tests?\.[A-Za-z]+)$/;

/** Whether the path is that of a test, a fixture, an example or vendored code. */
export const isSecondary = (path: string): boolean => secondaryFolder.test(path) || secondaryName.test(path);

const proseName =
  /\.(?:md|markdown|rst|txt|adoc|jsonc?|ya?ml|toml|ini|cfg|lock|xml|html?|css|svg|csv|gradle|properties|cabal|nix|po|tpl)$/i;

/** Whether the path is that of prose, markup or configuration. */
export const isProse = (path: string): boolean => proseName.test(path);
