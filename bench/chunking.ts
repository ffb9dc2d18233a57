/** Chunking speed: `node bench/chunking.ts <dir> [megabytes a language]`. */
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { grammarOf } from '../adapters/embedding/grammars.ts';
import { createTreeSitterChunker } from '../adapters/embedding/tree-sitter-chunker.ts';
import { defaultWasmDirectory, openTreeSitterRuntime } from '../adapters/embedding/tree-sitter-runtime.ts';
import { planLines } from '../core/chunking/chunk-plan.ts';
import { languageOf } from '../core/domain/languages.ts';

const [root = '.', megabytes = '4'] = process.argv.slice(2);
const limit = Number(megabytes) * 1e6;
const corpora = new Map<string, { path: string; text: string }[]>();
const sizes = new Map<string, number>();
const pending = [root];
for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    continue;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) pending.push(path);
    const language = languageOf(path);
    if (!entry.isFile() || language === null || (sizes.get(language) ?? 0) > limit) continue;
    const text = readFileSync(path, 'utf8');
    if (text.length > 1 << 20) continue;
    corpora.set(language, [...(corpora.get(language) ?? []), { path, text }]);
    sizes.set(language, (sizes.get(language) ?? 0) + text.length);
  }
}

/** Processor time, so that what else runs on the machine does not count. */
const seconds = async (work: () => unknown): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};
const rate = (characters: number, time: number): string => `${(characters / 1e6 / time).toFixed(1)} MB/s`;

const chunker = createTreeSitterChunker();
for (const [language, files] of corpora) {
  const size = sizes.get(language) ?? 0;
  const grammar = grammarOf(files[0]?.path ?? '');
  if (size < limit / 8) continue;
  let floor = '-';
  if (grammar !== null) {
    const runtime = await openTreeSitterRuntime({ wasmDirectory: defaultWasmDirectory(), maxBytes: 2 ** 29 });
    const parser = await runtime.load(grammar);
    const parseAll = (): void => {
      for (const { text } of files) runtime.parse(parser, text, () => false)?.delete();
    };
    parseAll();
    floor = rate(size, await seconds(parseAll));
  }
  let chunks = 0;
  let characters = 0;
  let slowest = 0;
  const all = async (): Promise<void> => {
    chunks = 0;
    characters = 0;
    slowest = 0;
    for (const { path, text } of files) {
      let found = 0;
      const time = await seconds(async () => {
        for (const chunk of await chunker.chunk(path, text)) {
          found += 1;
          characters += chunk.text.replace(/\s+/g, '').length;
        }
      });
      chunks += found;
      slowest = Math.max(slowest, time);
    }
  };
  await all();
  const time = await seconds(all);
  const lines = await seconds(() => files.map(({ text }) => planLines(text)));
  console.log(
    [
      language,
      `${files.length} files`,
      `${(size / 1e6).toFixed(1)} MB`,
      `chunking ${rate(size, time)}`,
      `parse alone ${floor}`,
      `as lines ${rate(size, lines)}`,
      `${chunks} chunks of ${(characters / chunks).toFixed(0)} non-blank`,
      `slowest file ${(slowest * 1000).toFixed(0)} ms`,
    ].join(', '),
  );
}
console.log(`resident ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB`);
