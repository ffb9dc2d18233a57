import { createSandboxWatch } from '../../../../adapters/system/sandbox-watch.ts';
import { spin } from '../../../support/spin.ts';

/** A process that works on files under a watch of 400 ms: on many short ones, waits, and then on one for ever if it is told to. */
const watch = createSandboxWatch(400);
const busy = (milliseconds: number): void => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};
for (let file = 0; file < 30; file++) watch.run(`src/short-${file}.ts`, () => busy(40));
await new Promise((resolve) => setTimeout(resolve, 1000));
process.stdout.write('well\n');
if (process.argv[2] === 'spins') watch.run('src/é/spins.ts', () => spin('loop'));
