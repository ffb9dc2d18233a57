import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createHashEmbedder } from '../../adapters/embedding/hash-embedder.ts';
import { createTreeSitterChunker } from '../../adapters/embedding/tree-sitter-chunker.ts';
import { createLanceSearchIndex } from '../../adapters/lancedb/search-index.ts';
import type { IndexRow } from '../../core/ports/search-index.ts';
import type { TreeFile } from '../git.ts';
import { measureSearch } from '../measure-search.ts';
import { sampleTexts } from '../queries.ts';
import type { Scenario } from '../scenario.ts';
import { pick, randomFrom } from '../statistics.ts';
import type { Workbench } from '../workbench.ts';

/** What the search is promised for. */
const ROWS = { usual: 500_000, quick: 10_000 };
const ROWS_OF_PUT = 4000;
/** No file has so many chunks: rows from here on stand beside its own. */
const FIRST_ORDINAL = 100_000;

/**
 * Searches, through the HTTP API, in an index of 500,000 chunks. A repository that has fewer is filled up: while the
 * service is down, rows are put through the port SearchIndex under blobs that the branch holds, so that they are as
 * visible as its own. Their texts are halves of two chunks of the repository's own files. They stay: run it last.
 */
export const searchLarge: Scenario = {
  name: 'search-large',
  run: async (bench) => {
    const { chunks, indexed } = await bench.full();
    const wanted = bench.quick ? ROWS.quick : ROWS.usual;
    const missing = Math.max(0, wanted - chunks);
    const begun = performance.now();
    if (missing > 0) await fillUp(bench, indexed, missing);
    const seconds = (performance.now() - begun) / 1000;
    const figures = await measureSearch(bench, chunks + missing);
    return [
      {
        name: 'rows in the index',
        value: chunks + missing,
        unit: '',
        note: `${chunks} of the repository and ${missing} put beside them in ${seconds.toFixed(0)} s`,
      },
      ...figures,
    ];
  },
};

const fillUp = async (bench: Workbench, indexed: readonly TreeFile[], rows: number): Promise<void> => {
  await bench.stopService();
  const root = join(bench.dataDir, 'index');
  const generations = (await readdir(join(root, bench.id))).flatMap((name) => /^g(\d+)\./.exec(name)?.[1] ?? []);
  if (generations.length !== 1) throw new Error(`one generation was expected, not ${generations.join(', ')}`);
  const texts = await chunkTexts(bench, indexed);
  const embedder = createHashEmbedder();
  const generation = { repositoryId: bench.id, number: Number(generations[0]), dimensions: embedder.dimensions };
  const index = createLanceSearchIndex(root);
  const random = randomFrom(rows);
  let writing = Promise.resolve();
  try {
    for (let from = 0; from < rows; from += ROWS_OF_PUT) {
      const made = Array.from({ length: Math.min(ROWS_OF_PUT, rows - from) }, () => mixed(texts, random));
      const vectors = await embedder.embed(made, 'document');
      const put = made.map((text, i): IndexRow => {
        const vector = vectors[i];
        if (vector === undefined) throw new Error('the embedder gave too few vectors');
        const { oid } = pick(indexed, random);
        return { blob: oid, ordinal: FIRST_ORDINAL + from + i, startLine: 1, endLine: 40, text, languages: [], vector };
      });
      // One is written while the next is made.
      await writing;
      writing = index.put(generation, put);
      writing.catch(() => {});
    }
    await writing;
    await index.settle(generation);
  } finally {
    await index.close();
  }
};

const chunkTexts = async (bench: Workbench, indexed: readonly TreeFile[]): Promise<readonly string[]> => {
  const chunker = createTreeSitterChunker();
  const texts: string[] = [];
  for (const { path, text } of await sampleTexts(bench.repository, indexed, bench.quick ? 200 : 3000))
    texts.push(...(await chunker.chunk(path, text)).map((chunk) => chunk.text));
  return texts;
};

/** The head of one text and the tail of another. */
const mixed = (texts: readonly string[], random: () => number): string => {
  const head = pick(texts, random);
  const tail = pick(texts, random);
  return head.slice(0, head.length / 2) + tail.slice(tail.length / 2);
};
