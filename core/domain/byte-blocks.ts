import { giveBack } from './give-back.ts';

/** Copies of bytes in memory that is used again: V8 collects the sooner the more is allocated, in its heap or outside of it. */
export interface ByteBlocks {
  /** A copy, good until it is released. */
  keep(bytes: Uint8Array): Uint8Array;
  /** Each of what `keep` gave, once; bytes of others are left alone. */
  release(copies: Iterable<Uint8Array>): void;
}

interface Block {
  readonly bytes: Uint8Array<ArrayBuffer>;
  used: number;
  /** Copies in it that are not released. */
  live: number;
}

/** As many as three packs that are being written and the next one take. */
const MOST_FREE = 32;

/** @param blockBytes of a block, which holds many copies; what is larger than a quarter of it has memory of its own. */
export const createByteBlocks = (blockBytes = 256 * 1024): ByteBlocks => {
  const blocks = new Map<ArrayBufferLike, Block>();
  const free: Block[] = [];
  let current: Block | null = null;

  const create = (size: number): Block => {
    const block = { bytes: new Uint8Array(size), used: 0, live: 0 };
    blocks.set(block.bytes.buffer, block);
    return block;
  };

  /** Of a block into which nothing is put any more. */
  const endIfUnused = (block: Block): void => {
    if (block.live > 0) return;
    block.used = 0;
    if (block.bytes.length === blockBytes && free.length < MOST_FREE) {
      free.push(block);
      return;
    }
    blocks.delete(block.bytes.buffer);
    giveBack(block.bytes);
  };

  const blockFor = (size: number): Block => {
    if (size > blockBytes / 4) return create(size);
    if (current !== null && current.used + size <= blockBytes) return current;
    const full = current;
    current = null;
    if (full !== null) endIfUnused(full);
    current = free.pop() ?? create(blockBytes);
    return current;
  };

  return {
    keep: (bytes) => {
      const block = blockFor(bytes.length);
      const copy = block.bytes.subarray(block.used, block.used + bytes.length);
      copy.set(bytes);
      block.used += bytes.length;
      block.live += 1;
      return copy;
    },
    release: (copies) => {
      for (const { buffer } of copies) {
        const block = blocks.get(buffer);
        if (block === undefined) continue;
        block.live -= 1;
        if (block !== current) endIfUnused(block);
      }
    },
  };
};
