/** Puts and settles until it is killed; says a line for each put that was acknowledged. Started by kill.test.ts. */
import { createLanceSearchIndex } from '../../../adapters/lancedb/search-index.ts';

const dimensions = 16;
const generation = { repositoryId: 'repo-1', number: 1, dimensions };
const [, , root = '', rowsOfPut = '5'] = process.argv;
const index = createLanceSearchIndex(root);
const count = Number(rowsOfPut);
const vector = new Float32Array(dimensions);
vector[0] = 1;
await index.create(generation);
for (let put = 0; ; put++) {
  const rows = Array.from({ length: count }, (_, i) => ({
    blob: (put * count + i).toString(16).padStart(40, '0'),
    ordinal: 0,
    startLine: 1,
    endLine: 9,
    text: `text ${put} ${i}`,
    languages: [],
    vector,
  }));
  await index.put(generation, rows);
  process.stdout.write(`${put}\n`);
  // Not awaited: the kill shall meet index builds too.
  if (put % 5 === 4) void index.settle(generation);
}
