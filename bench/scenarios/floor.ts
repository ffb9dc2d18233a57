import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@lancedb/lancedb';
import { Field, FixedSizeList, Float32, makeData, Table, Utf8, Vector, vectorFromArray } from 'apache-arrow';
import { createHashEmbedder } from '../../adapters/embedding/hash-embedder.ts';
import { createTreeSitterChunker } from '../../adapters/embedding/tree-sitter-chunker.ts';
import type { Measured } from '../figures.ts';
import { runGit } from '../git.ts';
import { endedChildrenSeconds } from '../process-tree.ts';
import { sampleTexts } from '../queries.ts';
import type { Scenario } from '../scenario.ts';
import type { Workbench } from '../workbench.ts';

/** What the parts of a full index cost at least, each alone, on the same files in the same run; and what the service took for all. */
export const floor: Scenario = {
  name: 'floor',
  run: async (bench) => {
    const { seconds, use, chunks, indexedBytes } = await bench.full();
    await bench.stopService();
    const git = [await listing(bench), await reading(bench), await hashing(bench)];
    const rates = await computing(bench);
    const chunking = indexedBytes / rates.chunkBytesASecond;
    const embedding = indexedBytes / rates.embedBytesASecond;
    const inserting = chunks / rates.rowsASecond;
    const [list, read] = git;
    const least = (list?.cpu ?? 0) + (read?.cpu ?? 0) + chunking + embedding + inserting;
    const work: Measured[] = git.map(({ name, wall, cpu }) => ({
      name,
      value: wall,
      unit: 's',
      note: `processor ${cpu.toFixed(2)} s`,
    }));
    return [
      ...work,
      part('chunker alone', chunking, `${(rates.chunkBytesASecond / 1e6).toFixed(1)} MB/s a core over a sample`),
      part('embedder alone', embedding, `${(rates.embedBytesASecond / 1e6).toFixed(1)} MB/s a core over a sample`),
      part(
        'LanceDB, rows added without keys or indices',
        inserting,
        `${Math.round(rates.rowsASecond)} rows/s of processor`,
      ),
      part('sum of these, without hashing', least, 'what a full index cannot go below with these parts'),
      { name: 'service / floor, processor', value: use.cpuSeconds / least, unit: '×', relative: true },
      { name: 'service / reading with git', value: seconds / (read?.wall ?? Number.NaN), unit: '×', relative: true },
    ];
  },
};

const part = (name: string, value: number, note: string): Measured => ({
  name,
  value,
  unit: 's',
  note: `processor; ${note}`,
});

interface Work {
  readonly name: string;
  /** Seconds. */
  readonly wall: number;
  /** Seconds of processor, git's included. */
  readonly cpu: number;
}

/** This process with its threads, and the children it has waited for. Seconds. */
const ownCpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + endedChildrenSeconds(readFileSync('/proc/self/stat', 'utf8'));
};

const timed = async (name: string, work: () => Promise<unknown>): Promise<Work> => {
  const [wall, cpu] = [performance.now(), ownCpu()];
  await work();
  return { name, wall: (performance.now() - wall) / 1000, cpu: ownCpu() - cpu };
};

const listing = ({ repository }: Workbench): Promise<Work> =>
  timed('git ls-tree of all files', () => runGit(repository, ['ls-tree', '-r', '-z', 'HEAD']));

const oidsOf = ({ files }: Workbench): readonly string[] => [files.map(({ oid }) => `${oid}\n`).join('')];

const reading = (bench: Workbench): Promise<Work> =>
  timed('git cat-file of all files, to nowhere', () =>
    runGit(bench.repository, ['cat-file', '--batch', '--buffer'], { input: oidsOf(bench) }),
  );

const hashing = (bench: Workbench): Promise<Work> => {
  const hash = createHash('sha1');
  return timed('the same, read and hashed (SHA-1) in Node', () =>
    runGit(bench.repository, ['cat-file', '--batch', '--buffer'], {
      input: oidsOf(bench),
      onData: (data) => hash.update(data),
    }),
  );
};

interface Rates {
  readonly chunkBytesASecond: number;
  readonly embedBytesASecond: number;
  readonly rowsASecond: number;
}

/** Over a sample: the first part of it warms up what is compiled while it runs. Paces are by processor time. */
const computing = async (bench: Workbench): Promise<Rates> => {
  const { indexed } = await bench.full();
  const sample = await sampleTexts(bench.repository, indexed, bench.quick ? 200 : 2000);
  const chunker = createTreeSitterChunker();
  const embedder = createHashEmbedder();
  const warm = sample.slice(0, sample.length / 5);
  const texts: string[] = [];
  for (const { path, text } of warm) texts.push(...(await chunker.chunk(path, text)).map((chunk) => chunk.text));
  await embedder.embed(texts, 'document');
  texts.length = 0;
  const chunked = await timed('chunk', async () => {
    for (const { path, text } of sample) texts.push(...(await chunker.chunk(path, text)).map((chunk) => chunk.text));
  });
  const vectors: Float32Array[] = [];
  const embedded = await timed('embed', async () => {
    for (let from = 0; from < texts.length; from += 500)
      vectors.push(...(await embedder.embed(texts.slice(from, from + 500), 'document')));
  });
  const rows = bench.quick ? 4000 : 20_000;
  const tables = readyRows(texts, vectors, rows, embedder.dimensions);
  const connection = await connect(join(bench.directory, 'floor'));
  const table = await connection.createTable('rows', readyRows(texts, vectors, 100, embedder.dimensions)[0] as Table);
  const added = await timed('add', async () => {
    for (const ready of tables) await table.add(ready);
  });
  table.close();
  connection.close();
  const bytes = sample.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const pace = (amount: number, { cpu }: Work): number => amount / cpu;
  return {
    chunkBytesASecond: pace(bytes, chunked),
    embedBytesASecond: pace(bytes, embedded),
    rowsASecond: pace(rows, added),
  };
};

/** Tables of 4,000 rows or fewer in Arrow's own layout: nothing is left for LanceDB to convert. Texts come again where there are too few. */
const readyRows = (
  texts: readonly string[],
  vectors: readonly Float32Array[],
  rows: number,
  dimensions: number,
): readonly Table[] =>
  Array.from({ length: Math.ceil(rows / 4000) }, (_, part) => {
    const length = Math.min(4000, rows - part * 4000);
    const floats = new Float32Array(length * dimensions);
    const chosen: string[] = [];
    for (let i = 0; i < length; i++) {
      const at = (part * 4000 + i) % texts.length;
      chosen.push(texts[at] ?? '');
      floats.set(vectors[at] ?? new Float32Array(dimensions), i * dimensions);
    }
    const child = makeData({ type: new Float32(), length: floats.length, nullCount: 0, data: floats });
    const type = new FixedSizeList(dimensions, new Field('item', new Float32(), true));
    return new Table({
      text: vectorFromArray(chosen, new Utf8()),
      vector: new Vector([makeData({ type, length, nullCount: 0, child })]),
    });
  });
