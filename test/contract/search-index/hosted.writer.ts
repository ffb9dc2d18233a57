/** Puts rows from another thread. Started by hosted.test.ts. */
import { workerData } from 'node:worker_threads';
import { connectSearchIndex } from '../../../adapters/lancedb/thread/client.ts';

const { port, generation, first, count } = workerData;
const index = connectSearchIndex(port);
for (let n = first; n < first + count; n++) {
  const vector = new Float32Array(generation.dimensions);
  vector[1] = 1;
  const blob = n.toString(16).padStart(40, '0');
  await index.put(generation, [
    { blob, ordinal: 0, startLine: 1, endLine: 2, text: `text ${n}`, languages: [], vector },
  ]);
}
