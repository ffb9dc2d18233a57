/**
 * Syncs little by little until its table is merged in the background, and says when the first file of the merge is there. Started by merge-kill.test.ts, which
 * kills it then or soon after. It rests for longer than a busy machine takes between two syncs. What it is given is the number of its first row.
 */
import { watch } from 'node:fs';
import { join } from 'node:path';
import { createLanceSearchIndex } from '../../../adapters/lancedb/search-index.ts';
import { generation, rowsOf, SYNCS } from './merge-kill.ts';

const [, , root = '', first = '0'] = process.argv;
const index = createLanceSearchIndex(root, { quietMs: 1_500, graceMs: 60_000 });
await index.create(generation);
await index.put(generation, rowsOf(Number(first), 600));
for (let n = 0; n < SYNCS; n++) {
  await index.put(generation, rowsOf(Number(first) + 600 + n * 10, 10));
  await index.settle(generation);
}
watch(join(root, 'repo-1', 'g1.lance', 'data'), () => process.stdout.write('merging\n'));
// A table that is not merged would be waited for for ever.
setTimeout(() => process.exit(3), 20_000);
