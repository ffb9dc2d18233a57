import { getHeapStatistics } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { createTreeSitterChunker } from '../../../../adapters/embedding/tree-sitter-chunker.ts';
import {
  collectAllGarbage,
  collectGarbage,
  collectRecentGarbage,
} from '../../../../adapters/system/collect-garbage.ts';

/** Bytes outside the heap that V8 counts. */
const outside = (): number => process.memoryUsage().arrayBuffers;
const PIECE = 32 << 20;
/** One that no one holds when it is returned from here. */
const allocate = (): number => new Uint8Array(PIECE).fill(1).length;

describe('garbage', () => {
  it('of a moment ago is collected, with its memory outside the heap', async () => {
    collectRecentGarbage();
    const before = outside();
    expect(allocate()).toBe(PIECE);
    expect(outside()).toBeGreaterThan(before + PIECE * 0.9);
    collectRecentGarbage();
    // The memory is given back by a thread of V8's, soon after.
    await expect.poll(outside).toBeLessThan(before + PIECE / 2);
  });

  it('of any age is collected', async () => {
    collectGarbage();
    const before = outside();
    const held = { piece: new Uint8Array(PIECE) };
    for (let n = 0; n < 3; n++) collectRecentGarbage();
    expect(held.piece.length).toBe(PIECE);
    held.piece = new Uint8Array(0);
    collectGarbage();
    await expect.poll(outside).toBeLessThan(before + PIECE / 2);
  });

  it('of WebAssembly is collected too', async () => {
    const chunker = createTreeSitterChunker();
    // Long lines in one block: the layout does not tell where to cut.
    const line = `const value = compute({ other: [1, 2, 3], more: "text" });`;
    await chunker.chunk('a.ts', line.repeat(2000));
    const before = getHeapStatistics().external_memory;
    chunker.release?.();
    collectAllGarbage();
    expect(getHeapStatistics().external_memory).toBeLessThan(before - (24 << 20));
  });
});
