import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../adapters/system/clock.ts';

const clockModule = new URL('../../../../adapters/system/clock.ts', import.meta.url).href;
const run = async (script: string): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, NODE_V8_COVERAGE: '' },
  });
  return stdout;
};

describe('the machine’s clock', () => {
  it('lets a function wait for a timer alone', async () => {
    const script = `
      const { systemClock } = await import(${JSON.stringify(clockModule)});
      await new Promise((resolve) => {
        const stop = systemClock.every(20, () => {
          stop();
          resolve();
        });
      });
      console.log('waited');`;
    expect(await run(script)).toBe('waited\n');
  });

  it('lets a process end when its timers are stopped', async () => {
    const script = `
      const { systemClock } = await import(${JSON.stringify(clockModule)});
      systemClock.every(60_000, () => undefined)();
      console.log('ends');`;
    expect(await run(script)).toBe('ends\n');
  });

  it('never ticks while a tick is under way, and tells the time', async () => {
    let running = 0;
    let most = 0;
    let ticks = 0;
    const done = Promise.withResolvers<void>();
    const stop = systemClock.every(1, async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 10));
      running -= 1;
      if (++ticks === 3) done.resolve();
    });
    await done.promise;
    stop();
    expect(most).toBe(1);
    expect(Math.abs(systemClock.now().getTime() - Date.now())).toBeLessThan(1_000);
  });
});
