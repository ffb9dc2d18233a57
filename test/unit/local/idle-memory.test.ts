import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

const source = JSON.stringify(new URL('../../../local/idle-memory.ts', import.meta.url).href);

/**
 * A thread that fills 200 MB, forgets them, and is idle, or busy again at once, or waits in the middle of its work, or waits with them and is idle behind that; how much it has when it has
 * given it back, or after a while, in MB, and how often it was told to let go.
 */
const thread = (
  then: 'idle' | 'busy' | 'waiting' | 'waiting, then idle',
): Promise<{ readonly before: number; readonly now: number; readonly released: number }> => {
  const worker = new Worker(
    `(async () => {
      const { getHeapStatistics } = require('node:v8');
      const { parentPort } = require('node:worker_threads');
      const taken = () => { const { total_physical_size, external_memory } = getHeapStatistics(); return (total_physical_size + external_memory) / 1e6; };
      const { createIdleMemory } = await import(${source});
      let released = 0;
      let held = null;
      const memory = createIdleMemory(() => { released += 1; held = null; });
      memory.begun();
      held = Array.from({ length: 200 }, (_, n) => new Array(80_000).fill(n));
      ${then.startsWith('waiting') ? '' : 'memory.idle();'}
      ${then === 'busy' ? 'memory.begun();' : ''}
      const before = taken();
      ${then === 'waiting' ? 'held = null;' : ''}
      ${then === 'waiting, then idle' ? 'await new Promise((done) => setTimeout(done, 1500)); memory.idle();' : ''}
      const ends = Date.now() + ${then === 'busy' ? 700 : 15_000};
      const look = setInterval(() => {
        if (Date.now() < ends && taken() > 60) return;
        clearInterval(look);
        parentPort.postMessage({ before, now: taken(), released });
      }, 50);
    })();`,
    { eval: true },
  );
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
};

describe('what a thread has left of a large job', () => {
  it('is given back when it has nothing to do', async () => {
    const { before, now, released } = await thread('idle');
    expect(before).toBeGreaterThan(120);
    expect(now).toBeLessThan(60);
    expect(released).toBe(1);
  });

  it('is given back while its work waits for another thread', async () => {
    const { before, now, released } = await thread('waiting');
    expect(before).toBeGreaterThan(120);
    expect(now).toBeLessThan(60);
    expect(released).toBe(0);
  });

  it('is given back when it has nothing to do, although it was in use while its work waited', async () => {
    const { before, now, released } = await thread('waiting, then idle');
    expect(before).toBeGreaterThan(120);
    expect(now).toBeLessThan(60);
    expect(released).toBe(1);
  });

  it('is kept when work begins at once', async () => {
    const { before, now, released } = await thread('busy');
    expect(before).toBeGreaterThan(120);
    expect(now).toBeGreaterThan(120);
    expect(released).toBe(0);
  });
});
