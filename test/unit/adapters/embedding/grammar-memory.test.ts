import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const chunker = new URL('../../../../adapters/embedding/tree-sitter-chunker.ts', import.meta.url);

/** In a process of its own, whose peak is its own: cuts much C++ (one function call too long for a chunk, so that it is parsed), and tells the peak in MB. */
const program = `
  import { createTreeSitterChunker } from ${JSON.stringify(chunker.href)};
  const chunker = createTreeSitterChunker();
  const line = (i) => '  number_' + i + ' + "text" /* a comment */ * (0x' + i + 'u << 3) - static_cast<unsigned long>(value_' + i + '),\\n';
  const text = 'void f() {\\n call(\\n' + Array.from({ length: 2000 }, (_, i) => line(i)).join('') + ' 0);\\n}\\n';
  for (let round = 0; round < 12; round++) await chunker.chunk('a.cpp', text);
  await new Promise((done) => setTimeout(done, 3000));
  console.log(Math.round(process.resourceUsage().maxRSS / 1000));
`;

describe('a grammar', () => {
  it('is not compiled by the optimizing compiler, which takes 260 MB for a lexer', { timeout: 120_000 }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
    expect(Number(stdout)).toBeGreaterThan(50);
    expect(Number(stdout)).toBeLessThan(270);
  });
});
