/** What words in the object store take: `node bench/words.ts <files> <dir>…`. Each figure of docs/scaling.md about them is from here. */
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTreeSitterChunker } from '../adapters/embedding/tree-sitter-chunker.ts';
import { createFileObjectStore } from '../adapters/files/object-store.ts';
import { languageOf } from '../core/domain/languages.ts';
import { pageName } from '../core/manifest/pages/page-text.ts';
import { jobKeys } from '../core/objects/object-keys.ts';
import { readWordRoot } from '../core/objects/word-roots.ts';
import type { ObjectStore } from '../core/ports/object-store.ts';
import type { Generation, IndexRow } from '../core/ports/search-index.ts';
import { createObjectWords } from '../core/search/words/object-words.ts';
import { defaultBatchLimits } from '../core/sync/rules/plan-batches.ts';

const [wanted = '10000', ...roots] = process.argv.slice(2);
const MOST_BYTES = 100_000;
const QUERIES = [
  'lock',
  'parseConfig',
  'how does retry with backoff work',
  'open a file and read its lines',
  'TypeError cannot read property of undefined',
  'nonexistent_symbol_xyz',
];

const paths = function* (): Generator<string> {
  const pending = [...roots];
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
      else if (entry.isFile() && languageOf(path) !== null) yield path;
    }
  }
};

/** Counts what is asked of a store, and the bytes that the objects take in it. */
const counting = (store: ObjectStore) => {
  const counts = { gets: 0, puts: 0, lists: 0, got: 0, put: 0 };
  const objects: Pick<ObjectStore, 'putText' | 'getText' | 'list'> = {
    getText: async (key) => {
      counts.gets += 1;
      counts.got += (await store.size(key)) ?? 0;
      return store.getText(key);
    },
    putText: async (key, text) => {
      const bytes = await store.putText(key, text);
      counts.puts += 1;
      counts.put += bytes;
      return bytes;
    },
    list: (prefix) => {
      counts.lists += 1;
      return store.list(prefix);
    },
  };
  return {
    objects,
    take: () => {
      const taken = { ...counts };
      Object.assign(counts, { gets: 0, puts: 0, lists: 0, got: 0, put: 0 });
      return taken;
    },
  };
};
/** Processor time, so that what else runs on the machine does not count. */
const measured = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
  const before = process.cpuUsage();
  const made = await work();
  const { user, system } = process.cpuUsage(before);
  return [made, (user + system) / 1e6];
};
const kb = (bytes: number): string => `${(bytes / 1000).toFixed(0)} KB`;

const directory = await mkdtemp(join(tmpdir(), 'bench-words-'));
const store = createFileObjectStore(directory);
const { objects, take } = counting(store);
const words = createObjectWords(objects);
const chunker = createTreeSitterChunker({ fileWatch: { run: (_, compute) => compute() } });
const settlement = { dropped: async () => 0, unheld: async () => new Set<string>() };
const writing = (root: string, writer: string): Generation => ({
  repositoryId: 'bench',
  number: 1,
  dimensions: 1,
  words: root,
  writer,
});
const rowsOf = async (path: string, text: string): Promise<IndexRow[]> => {
  const blob = (await pageName(path + text)).padEnd(40, '0');
  const chunks = await chunker.chunk(path, text);
  const languages = [languageOf(path) ?? ''];
  return chunks.map((chunk, ordinal) => ({ blob, ordinal, ...chunk, languages, vector: Float32Array.of(1) }));
};

let putting = 0;
const total = { files: 0, bytes: 0, rows: 0, batches: 0 };
let batch: IndexRow[] = [];
let held = { files: 0, bytes: 0 };
const flush = async (): Promise<void> => {
  const [, seconds] = await measured(() => words.put(writing('', 'sync-1'), batch));
  putting += seconds;
  total.batches += 1;
  total.rows += batch.length;
  [batch, held] = [[], { files: 0, bytes: 0 }];
};
const changed: { path: string; text: string }[] = [];
for (const path of paths()) {
  if (total.files >= Number(wanted)) break;
  const text = readFileSync(path, 'utf8');
  if (text.length > MOST_BYTES) continue;
  batch.push(...(await rowsOf(path, text)));
  if (total.files % 1_000 === 0) changed.push({ path, text });
  total.files += 1;
  total.bytes += text.length;
  held = { files: held.files + 1, bytes: held.bytes + text.length };
  if (held.files === defaultBatchLimits.files || held.bytes > defaultBatchLimits.bytes) await flush();
}
await flush();
const puts = take();
const [root = '', settling] = await measured(() => words.settle(writing('', 'sync-1'), settlement));
const settled = take();
const { segments } = await readWordRoot(store, root);
const kept = segments.flatMap(({ facts, keys, shards }) => [facts, ...keys, ...shards]);
console.log(
  `${total.files} files of ${(total.bytes / 1e6).toFixed(1)} MB, ${total.rows} rows in ${total.batches} batches`,
);
console.log(`puts     ${puts.puts} objects, ${kb(puts.put)}, ${putting.toFixed(1)} s`);
console.log(
  `settle   ${settled.gets} GET ${kb(settled.got)}, ${settled.puts} PUT ${kb(settled.put)}, ${settling.toFixed(1)} s`,
);
console.log(
  `kept     ${segments.map(({ rows, shards }) => `${rows} rows in ${shards.length} shards`).join(', ')}: ${kept.length} objects, ${kb(kept.reduce((sum, each) => sum + each, 0))}`,
);
console.log(`memory   ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB at most`);

let now = root;
await store.deleteAll(jobKeys({ repository_id: 'bench', job_id: 'sync-1' } as never).prefix);
for (let sync = 2; sync <= 6; sync++) {
  take();
  const some = changed.slice((sync - 2) * 8, (sync - 1) * 8);
  const rows = await Promise.all(some.map(({ path, text }) => rowsOf(path, `${text}\n// change ${sync}\n`)));
  const [after, seconds] = await measured(async () => {
    await words.put(writing(now, `sync-${sync}`), rows.flat());
    return words.settle(writing(now, `sync-${sync}`), settlement);
  });
  now = after ?? now;
  const { gets, got, puts: written, put } = take();
  console.log(
    `a sync of 8 files, ${rows.flat().length} rows: ${gets} GET ${kb(got)}, ${written} PUT ${kb(put)}, ${seconds.toFixed(2)} s`,
  );
}
const sameProcess = createObjectWords(objects);
for (const words of QUERIES) {
  take();
  for (const [kind, reader] of [
    ['cold', createObjectWords(objects)],
    ['warm', sameProcess],
  ] as const) {
    const [hits, seconds] = await measured(() => reader.find(writing(now, ''), { words, limit: 100 }));
    const { gets, got } = take();
    console.log(`${kind}: ${words}: ${hits.length} rows, ${gets} GET ${kb(got)}, ${(seconds * 1000).toFixed(0)} ms`);
  }
}
await rm(directory, { recursive: true });
