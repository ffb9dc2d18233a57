import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createSandboxWatch } from '../../../../adapters/system/sandbox-watch.ts';

const script = fileURLToPath(new URL('./sandbox-watch.process.ts', import.meta.url));

/** A process of its own: the watch ends the one that it is in. */
const run = async (...words: string[]) => {
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', error: '' };
  child.stdout.on('data', (data) => {
    said.out += data;
  });
  child.stderr.on('data', (data) => {
    said.error += data;
  });
  const [code, signal] = await once(child, 'close');
  return { code, signal, ...said };
};

it('a process that one file keeps busy is ended, and its last line names the file', async () => {
  const { signal, out, error } = await run('spins');
  expect([signal, out]).toEqual(['SIGKILL', 'well\n']);
  expect(JSON.parse(error)).toMatchObject({ level: 'ERROR', path: 'src/é/spins.ts' });
});

it('one that works on many files, or waits, is left alone and ends by itself', async () => {
  expect(await run()).toEqual({ code: 0, signal: null, out: 'well\n', error: '' });
});

it('gives what is computed, and throws what is thrown', () => {
  const watch = createSandboxWatch();
  expect(watch.run('a.ts', () => 7)).toBe(7);
  expect(() => watch.run('a.ts', () => JSON.parse('{'))).toThrow(SyntaxError);
});
