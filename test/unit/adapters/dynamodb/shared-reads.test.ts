import { describe, expect, it } from 'vitest';
import { SharedReads } from '../../../../adapters/dynamodb/shared-reads.ts';

/** A read that ends when it is told to. */
const handReads = () => {
  const begun: PromiseWithResolvers<string>[] = [];
  const read = (): Promise<string> => {
    const ending = Promise.withResolvers<string>();
    begun.push(ending);
    return ending.promise;
  };
  const turns = () => new Promise((resolve) => setImmediate(resolve));
  return { begun, read, turns };
};

describe('reads of the same thing at once', () => {
  it('begin at once, and again when nobody else reads', async () => {
    const { begun, read } = handReads();
    const reads = new SharedReads<string>();
    const first = reads.of('a', read);
    begun[0]?.resolve('1');
    expect(await first).toBe('1');
    const second = reads.of('a', read);
    begun[1]?.resolve('2');
    expect(await second).toBe('2');
    expect(begun).toHaveLength(2);
  });

  it('are one for all who come while another is under way, and it begins after they came', async () => {
    const { begun, read, turns } = handReads();
    const reads = new SharedReads<string>();
    const first = reads.of('a', read);
    const late = Array.from({ length: 50 }, () => reads.of('a', read));
    await turns();
    expect(begun).toHaveLength(1);
    begun[0]?.resolve('old');
    expect(await first).toBe('old');
    await turns();
    expect(begun).toHaveLength(2);
    begun[1]?.resolve('new');
    expect(new Set(await Promise.all(late))).toEqual(new Set(['new']));
  });

  it('do not give one who comes during the second the answer of the second', async () => {
    const { begun, read, turns } = handReads();
    const reads = new SharedReads<string>();
    const answers = [reads.of('a', read), reads.of('a', read)];
    begun[0]?.resolve('1');
    await turns();
    answers.push(reads.of('a', read));
    begun[1]?.resolve('2');
    await turns();
    begun[2]?.resolve('3');
    expect(await Promise.all(answers)).toEqual(['1', '2', '3']);
  });

  it('are apart for different things', async () => {
    const { begun, read } = handReads();
    const reads = new SharedReads<string>();
    const both = [reads.of('a', read), reads.of('b', read)];
    begun[0]?.resolve('of a');
    begun[1]?.resolve('of b');
    expect(await Promise.all(both)).toEqual(['of a', 'of b']);
  });

  it('fail alone: who waits for the next one gets that one’s answer', async () => {
    const { begun, read, turns } = handReads();
    const reads = new SharedReads<string>();
    const failing = reads.of('a', read);
    const next = reads.of('a', read);
    begun[0]?.reject(new Error('throttled'));
    await expect(failing).rejects.toThrow('throttled');
    await turns();
    begun[1]?.resolve('well');
    expect(await next).toBe('well');
  });
});
