import { fileNameOf } from '../../domain/languages.ts';
import { isSecondary } from './path-worth.ts';

/**
 * The file name that a query may be, or the end of a path, in lower case; null for a query that is none: one of several words that has no ending, or one
 * without a letter or digit.
 */
export const fileNameAsked = (query: string): string | null => {
  const name = query.trim().replace(/^(?:\.?\/)+/, '');
  if (!/[\p{L}\p{N}]/u.test(name) || /[\t\n\r]|\/$/.test(name)) return null;
  return /\s/.test(name) && !/\.\w+$/.test(name) ? null : name.toLowerCase();
};

const TAB = 9;
const SLASH = 47;

/** Whether the path at a manifest line's end is this, or ends with it after a slash, whatever the case. `lowered`: in lower case. */
export const isNamed = (line: string, lowered: string): boolean => {
  const from = line.length - lowered.length;
  const before = line.charCodeAt(from - 1);
  if (before !== SLASH && before !== TAB) return false;
  // From the end, where names differ, and without a new string for each path: half the time (measured).
  for (let i = lowered.length - 1; i >= 0; i--) {
    const unit = line.charCodeAt(from + i);
    const wanted = lowered.charCodeAt(i);
    if (unit > 127 || wanted > 127) return line.slice(from).toLowerCase() === lowered;
    if (unit !== wanted && (unit < 65 || unit > 90 || unit + 32 !== wanted)) return false;
  }
  return true;
};

/** The order of files of one name: those that are written as in the query first, then sources before tests and others’ code, then the nearest to the top. */
export const compareNamed =
  (query: string) =>
  (a: string, b: string): number =>
    Number(!a.endsWith(fileNameOf(query))) - Number(!b.endsWith(fileNameOf(query))) ||
    Number(isSecondary(a)) - Number(isSecondary(b)) ||
    a.split('/').length - b.split('/').length ||
    (a < b ? -1 : a > b ? 1 : 0);
