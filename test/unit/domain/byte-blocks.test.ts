import { describe, expect, it } from 'vitest';
import { createByteBlocks } from '../../../core/domain/byte-blocks.ts';

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);

describe('blocks of bytes', () => {
  it('keep copies, many in one block', () => {
    const blocks = createByteBlocks(100);
    const source = bytes(20, 1);
    const copies = [1, 2, 3].map((value) => blocks.keep(source.fill(value)));
    expect(copies).toEqual([bytes(20, 1), bytes(20, 2), bytes(20, 3)]);
    expect(new Set(copies.map(({ buffer }) => buffer)).size).toBe(1);
  });

  it('use the memory of a block again when all of its copies are released, and not before', () => {
    const blocks = createByteBlocks(100);
    const first = Array.from({ length: 4 }, () => blocks.keep(bytes(25, 1)));
    blocks.release(first.slice(1));
    const second = Array.from({ length: 4 }, () => blocks.keep(bytes(25, 2)));
    expect(first[0]).toEqual(bytes(25, 1));
    blocks.release(first.slice(0, 1));
    const third = blocks.keep(bytes(25, 3));
    expect(third.buffer).toBe(first[0]?.buffer);
    expect(second.every((copy) => copy.every((byte) => byte === 2))).toBe(true);
  });

  it('do not begin a block anew that is still filled', () => {
    const blocks = createByteBlocks(100);
    const released = blocks.keep(bytes(25, 1));
    blocks.release([released]);
    const [second, third] = [blocks.keep(bytes(25, 2)), blocks.keep(bytes(25, 3))];
    expect([second, third]).toEqual([bytes(25, 2), bytes(25, 3)]);
    expect(released).toEqual(bytes(25, 1));
  });

  it('use a block again whose copies were released while it was filled', () => {
    const blocks = createByteBlocks(100);
    const first = Array.from({ length: 4 }, () => blocks.keep(bytes(25, 1)));
    blocks.release(first);
    const second = blocks.keep(bytes(25, 2));
    expect([second, second.buffer]).toEqual([bytes(25, 2), first[0]?.buffer]);
  });

  it('give what is large memory of its own, and give that back', () => {
    const blocks = createByteBlocks(100);
    const [large, small] = [blocks.keep(bytes(1000, 1)), blocks.keep(bytes(10, 2))];
    expect([large, large.buffer.byteLength]).toEqual([bytes(1000, 1), 1000]);
    blocks.release([large]);
    expect([large.length, small]).toEqual([0, bytes(10, 2)]);
  });

  it('leave bytes of others alone', () => {
    const others = bytes(10, 1);
    createByteBlocks(100).release([others]);
    expect(others).toEqual(bytes(10, 1));
  });
});
