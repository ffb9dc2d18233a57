import { compileGlob, type Glob } from './glob.ts';

interface Rule {
  readonly matches: Glob;
  readonly takesBack: boolean;
  readonly directoriesOnly: boolean;
  /** What every match holds; empty when nothing is certain. */
  readonly literal: string;
}

/** Directories whose answer is kept; a repository of 100,000 files has some 10,000. */
const MAX_DIRECTORIES = 20_000;

/**
 * Tells whether gitignore patterns leave a path out (case matters, as in git on Linux). Our own, because the libraries make
 * regular expressions of patterns, and one with some `**` in it then takes minutes for one long path.
 * Patterns and paths are bytes, each as one character.
 *
 * Most paths hold no literal part of any pattern and need no look at all: that is one regular expression.
 */
export const compileIgnorePatterns = (patterns: readonly string[]): ((path: string) => boolean) => {
  const rules = patterns.flatMap(parseRule).reverse();
  const parts = rules.flatMap(({ takesBack, literal }) => (takesBack ? [] : [literal]));
  if (parts.length === 0) return () => false;
  const mayMatch = parts.includes('') ? null : new RegExp(parts.map((part) => RegExp.escape(part)).join('|'));
  const excluded = new Map<string, boolean>();

  /** The last rule that matches decides. */
  const decides = (path: string, isDirectory: boolean): boolean => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const rule = rules.find((one) => (isDirectory || !one.directoriesOnly) && one.matches(path, name));
    return rule !== undefined && !rule.takesBack;
  };
  /** What is in a directory that is left out cannot be taken back. */
  const isExcluded = (directory: string): boolean => {
    const known = excluded.get(directory);
    if (known !== undefined) return known;
    const above = directory.lastIndexOf('/');
    const answer = (above > 0 && isExcluded(directory.slice(0, above))) || decides(directory, true);
    if (excluded.size >= MAX_DIRECTORIES) excluded.clear();
    excluded.set(directory, answer);
    return answer;
  };
  return (path) => {
    if (mayMatch !== null && !mayMatch.test(path)) return false;
    const slash = path.lastIndexOf('/');
    return (slash > 0 && isExcluded(path.slice(0, slash))) || decides(path, false);
  };
};

/** As bytes: files saved by some editors begin with it. */
const byteOrderMark = /^\xef\xbb\xbf/;

const parseRule = (line: string): readonly Rule[] => {
  const trimmed = trimEnd(line.replace(byteOrderMark, ''));
  if (trimmed === '' || trimmed.startsWith('#')) return [];
  const takesBack = trimmed.startsWith('!');
  const pattern = takesBack ? trimmed.slice(1) : trimmed;
  const directoriesOnly = pattern.endsWith('/');
  const matches = compileGlob(directoriesOnly ? pattern.slice(0, -1) : pattern);
  return matches === null ? [] : [{ matches, takesBack, directoriesOnly, literal: longestLiteral(pattern) }];
};

/** Without the spaces at its end, unless a backslash keeps them. */
const trimEnd = (line: string): string => {
  let kept = 0;
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === ' ') continue;
    if (line[at] === '\\') at += 1;
    kept = Math.min(at + 1, line.length);
  }
  return line.slice(0, kept);
};

const longestLiteral = (pattern: string): string => {
  const [plain = ''] = pattern.split(/[[\\]/);
  return plain.split(/[*?/\s]+/).reduce((longest, part) => (part.length > longest.length ? part : longest), '');
};
