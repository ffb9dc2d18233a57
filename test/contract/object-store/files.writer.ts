/** Writes objects until it is killed; says a line for each that was acknowledged. Started by files.test.ts. */
import { createFileObjectStore } from '../../../adapters/files/object-store.ts';

const store = createFileObjectStore(process.argv[2] as string);
/** In one piece, and through a stream: the file of that is open nearly all the time. */
const lengths = [20_000, 100_000].map((length) => Array.from({ length }, (_, i) => `line ${i}`));
for (let i = 0; ; i++) {
  const lines = lengths[(i >> 1) % 2] as string[];
  await store.putLines(`dir/${lines.length}/${i}${i % 2 === 0 ? '.zst' : ''}`, lines);
  process.stdout.write(`${i}\n`);
}
