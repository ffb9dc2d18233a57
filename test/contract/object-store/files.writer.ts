/** Writes objects until it is killed; says a line for each that was acknowledged. Started by files.test.ts. */
import { createFileObjectStore } from '../../../adapters/files/object-store.ts';

const store = createFileObjectStore(process.argv[2] as string);
const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}`);
for (let i = 0; ; i++) {
  await store.putLines(`dir/${i}${i % 2 === 0 ? '.zst' : ''}`, lines);
  process.stdout.write(`${i}\n`);
}
