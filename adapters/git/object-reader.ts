import { PassThrough } from 'node:stream';
import { ByteReader } from './byte-reader.ts';
import type { ConversationParts } from './conversation.ts';
import { readFailure } from './git-failure.ts';
import { streamGit } from './git-process.ts';
import { inputLines } from './input-lines.ts';
import { damaged, tooLong } from './tree-listing.ts';

export interface GitObject {
  readonly type: string;
  readonly content: Buffer;
}

/** Reads objects of a repository to which more are added meanwhile, all by one process. */
export interface ObjectReader {
  /** Those of these objects that are there. @throws SourceUnusableError */
  read(oids: Iterable<string>): Promise<ReadonlyMap<string, GitObject>>;
  close(): Promise<void>;
}

/** @param options `isAhead`: the process begins now, and not with the first question, since there will surely be one. */
export const openObjectReader = (
  { repository, address, limits, signal }: ConversationParts,
  { isAhead = false } = {},
): ObjectReader => {
  const input = new PassThrough();
  const output = streamGit({
    args: ['cat-file', '--batch-command', '--buffer'],
    env: repository.environment(null),
    cwd: repository.gitDir,
    input,
    signal,
    timeoutMs: limits.processMs,
  });
  const reader = new ByteReader(isAhead ? begun(output) : output);
  const next = async (oid: string): Promise<GitObject | null> => {
    const [named, type = '', size = ''] = (await reader.line())?.split(' ') ?? [];
    if (named !== oid) throw damaged(`the object ${oid} cannot be read`);
    if (type === 'missing') return null;
    if (Number(size) > limits.listingBytes) throw tooLong(limits);
    const content = await reader.bytes(Number(size) + 1);
    if (content === null) throw damaged(`the object ${oid} cannot be read`);
    return { type, content: content.subarray(0, -1) };
  };
  return {
    async read(oids) {
      const asked = [...new Set(oids)];
      const found = new Map<string, GitObject>();
      if (asked.length === 0) return found;
      for (const lines of inputLines(prefixed(asked))) input.write(lines);
      input.write('flush\n');
      try {
        for (const oid of asked) {
          const object = await next(oid);
          if (object !== null) found.set(oid, object);
        }
      } catch (error) {
        throw await readFailure(error, address.label, repository);
      }
      return found;
    },
    async close() {
      input.end();
      await reader.close();
    },
  };
};

/** The same stream, of which the first piece is asked for now. */
const begun = (stream: AsyncGenerator<Buffer>): AsyncIterable<Buffer> => {
  let first: Promise<IteratorResult<Buffer>> | null = stream.next();
  first.catch(() => undefined);
  const next = (): Promise<IteratorResult<Buffer>> => {
    const piece = first ?? stream.next();
    first = null;
    return piece;
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: () => stream.return(undefined) }) };
};

function* prefixed(oids: Iterable<string>): Generator<string> {
  for (const oid of oids) yield `contents ${oid}`;
}
