import { compileWildmatch } from './wildmatch.ts';

/** Tells by the path relative to the pattern's own directory, and by the path's last part. */
export type Glob = (relativePath: string, name: string) => boolean;

const special = /[*?[\\]/;

/**
 * What gitignore and gitattributes have in common: a pattern without a slash matches names, another one whole paths. What
 * comes before the first wildcard is compared as it is and then, as in git, forgotten: `**` right behind it counts as a
 * part of its own. Bytes, each as one character. Null for a pattern that can never match.
 */
export const compileGlob = (pattern: string): Glob | null => {
  if (!pattern.includes('/')) return compileName(pattern);
  const path = pattern.replace(/^\//, '');
  const wild = path.search(special);
  if (wild < 0) return (relativePath) => relativePath === path;
  const rest = compileWildmatch(path.slice(wild));
  if (rest === null) return null;
  const literal = path.slice(0, wild);
  return (relativePath) => relativePath.startsWith(literal) && rest(relativePath, wild);
};

const compileName = (pattern: string): Glob | null => {
  if (!special.test(pattern)) return (_path, name) => name === pattern;
  const ending = pattern.slice(1);
  if (pattern.startsWith('*') && !special.test(ending)) return (_path, name) => name.endsWith(ending);
  const whole = compileWildmatch(pattern);
  return whole === null ? null : (_path, name) => whole(name, 0);
};
