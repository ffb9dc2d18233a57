import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepToken } from '../../../local/keep-token.ts';

let folder: string;
let stop = (): void => undefined;
const warned: string[] = [];
const logger = { warn: (message: string) => void warned.push(message) };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'test-token-'));
});
afterEach(async () => {
  stop();
  await rm(folder, { recursive: true, force: true });
});

it('the file holds a token that is made anew, for its owner alone; one that cannot be made leaves the last', async () => {
  const file = join(folder, 'token');
  let made = 0;
  const issue = async (): Promise<string> => {
    made += 1;
    if (made > 2) throw new Error('no key');
    return `token-${made}`;
  };
  const kept = await keepToken(file, issue, logger, 20);
  stop = kept.stop;
  expect(kept.token).toBe('token-1');
  await expect.poll(() => warned[0]).toBe('token not renewed');
  expect(await readFile(file, 'utf8')).toBe('token-2\n');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});
