/** Appends to a journal where files may not grow beyond a limit. Started by row-journal.test.ts. */
import { packRows } from '../../../../adapters/lancedb/packed-rows.ts';
import { createRowJournal } from '../../../../adapters/lancedb/row-journal.ts';

const [, , file = '', ...lengths] = process.argv;
const journal = createRowJournal(file);
const vector = new Float32Array(4);
for (const [put, length] of lengths.entries()) {
  const text = 'x'.repeat(Number(length));
  const row = { blob: `b${put}`, ordinal: 0, startLine: 1, endLine: 1, text, languages: [], vector };
  try {
    await journal.append([packRows([row], 4)]);
    process.stdout.write('kept\n');
  } catch (error) {
    process.stdout.write(`${(error as NodeJS.ErrnoException).code}\n`);
  }
}
