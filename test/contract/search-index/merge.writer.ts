/**
 * Syncs little by little until its table is merged in the background, and says when the first file of the merge is there. Started by merge-kill.test.ts, which
 * kills it then or soon after. Until its last sync it takes no rest for one, however long a busy machine takes between two syncs: a merge that came before it
 * is looked for would be the only one. What it is given is the number of its first row.
 */
import { watch } from 'node:fs';
import { join } from 'node:path';
import { createLanceSearchIndex } from '../../../adapters/lancedb/search-index.ts';
import { generation, ROWS, rowsOf, SYNCS } from './merge-kill.ts';

const [, , root = '', first = '0'] = process.argv;
const restless = createLanceSearchIndex(root, { quietMs: 3_600_000, graceMs: 60_000 });
await restless.create(generation);
await restless.put(generation, rowsOf(Number(first), 600));
for (let n = 0; n < SYNCS - 1; n++) {
  await restless.put(generation, rowsOf(Number(first) + 600 + n * 10, 10));
  await restless.settle(generation);
}
await restless.close();
const index = createLanceSearchIndex(root, { quietMs: 200, graceMs: 60_000 });
await index.put(generation, rowsOf(Number(first) + ROWS - 10, 10));
await index.settle(generation);
watch(join(root, 'repo-1', 'g1.lance', 'data'), () => process.stdout.write('merging\n'));
// A table that is not merged would be waited for for ever.
setTimeout(() => process.exit(3), 20_000);
