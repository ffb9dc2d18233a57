import { execFile } from 'node:child_process';
import { getPriority } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const script = join(resolve(import.meta.dirname, '../../../..'), 'adapters/lancedb/thread/yield-to-requests.ts');
/** The priority that a process has, started with this one, once it has imported the script. */
const priorityAfter = async (niceness: number): Promise<number> => {
  const code = `await import(process.argv[1]); console.log((await import('node:os')).getPriority())`;
  const args = ['-n', String(niceness), process.execPath, '--input-type=module', '-e', code, script];
  const { stdout } = await promisify(execFile)('nice', args);
  return Number(stdout);
};

it.runIf(process.platform === 'linux')('lowers its priority, and never raises it', async () => {
  expect(await priorityAfter(0)).toBe(Math.max(5, getPriority()));
  expect(await priorityAfter(15)).toBe(Math.min(19, 15 + getPriority()));
});
