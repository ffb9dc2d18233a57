import type { CommitCount } from '../../core/ports/git-source.ts';
import type { GitObject, ObjectReader } from './object-reader.ts';
import { damaged } from './tree-listing.ts';

export interface Commit {
  readonly tree: string;
  readonly parents: readonly string[];
}

/** @throws SourceUnusableError when it is not there */
export const readCommit = async (reader: ObjectReader, oid: string): Promise<Commit> => {
  const object = (await reader.read([oid])).get(oid);
  if (object === undefined) throw damaged(`the server did not send the commit ${oid}`);
  return parseCommit(object);
};

const parseCommit = ({ type, content }: GitObject): Commit => {
  const header = content.toString('latin1').split('\n\n', 1)[0] ?? '';
  const tree = /^tree ([0-9a-f]+)$/m.exec(header)?.[1];
  if (type !== 'commit' || tree === undefined) throw damaged('its objects are malformed: a commit cannot be read');
  return { tree, parents: [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, oid = '']) => oid) };
};

/**
 * Counts `from..to` where the server was asked for just that, by someone who has `from`: all that was sent. What was not sent leads to `from`, or
 * is led to by it.
 */
export const countFrom = async (reader: ObjectReader, from: string, to: string): Promise<CommitCount> => {
  const seen = new Set([from]);
  let count = 0;
  let rewritten = true;
  for (let level = [to]; level.length > 0; ) {
    const next = new Set<string>();
    for (const object of (await reader.read(level)).values()) {
      count += 1;
      for (const parent of parseCommit(object).parents) {
        if (parent === from) rewritten = false;
        if (!seen.has(parent)) next.add(parent);
        seen.add(parent);
      }
    }
    level = [...next];
  }
  return { count, rewritten };
};
