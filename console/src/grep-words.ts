import type { GrepAnswer, NotSearched } from '../../client/src/client.ts';
import { count, plain, spaced } from './words.ts';

/** Why files of the branch were not looked at; null where all were. */
export const notSearchedInWords = (left: readonly NotSearched[]): string | null => {
  const files = left.reduce((sum, some) => sum + some.files, 0);
  if (files === 0) return null;
  const reasons = left.map(({ reason, files: some }) => `${plain(some)} ${spaced(reason)}`);
  return `Not searched: ${count(files, 'file')} that ${files === 1 ? 'is' : 'are'} not in the index (${reasons.join(', ')})`;
};

export const truncatedInWords = (why: NonNullable<GrepAnswer['truncated']>): string =>
  why === 'time'
    ? 'The search stopped here after 2 seconds. There may be more: it continues from here.'
    : 'The search stopped here because the lines are long. There may be more: it continues from here.';
