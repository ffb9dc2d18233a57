import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFileCredentials } from '../../../../adapters/files/credentials.ts';
import { SourceRefusedError } from '../../../../core/domain/errors.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'test-credentials-'));
  path = join(directory, 'credentials.json');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const write = async (content: unknown, mode = 0o600): Promise<void> => {
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  await chmod(path, mode);
};

it('knows nothing without a file, and nothing under another name', async () => {
  expect(await createFileCredentials(path).resolve('ci')).toBeNull();
  await write({ ci: { token: 't', hosts: ['h'] } });
  expect(await createFileCredentials(path).resolve('other')).toBeNull();
  expect(await createFileCredentials(path).resolve('toString')).toBeNull();
});

it('reads the file anew: a credential may be changed while the service runs', async () => {
  const credentials = createFileCredentials(path);
  await write({ ci: { username: 'u', password: 'p', hosts: ['h'] } });
  expect(await credentials.resolve('ci')).toEqual({ username: 'u', password: 'p', hosts: ['h'] });
  await write({ ci: { token: 't', hosts: ['h'] } });
  expect(await credentials.resolve('ci')).toEqual({ username: 'x-access-token', password: 't', hosts: ['h'] });
});

it.each([0o640, 0o604, 0o660])('refuses a file that others may read: %o', async (mode) => {
  await write({ ci: { token: 't', hosts: ['h'] } }, mode);
  await expect(createFileCredentials(path).resolve('ci')).rejects.toThrow(/chmod 600/);
});

it.each([
  ['no JSON', 's3cret'],
  ['a list', ['s3cret']],
  ['a credential that is none', { ci: { user: 's3cret' } }],
  ['a credential that could be shown to any host', { ci: { token: 's3cret' } }],
])('refuses what is wrong in it, and does not quote it: %s', async (_, content) => {
  await write(content);
  const failure: Error = await createFileCredentials(path)
    .resolve('ci')
    .catch((error) => error);
  expect(failure).toBeInstanceOf(SourceRefusedError);
  expect([failure.message, failure.stack, String(failure.cause)].join()).not.toContain('s3cret');
});

it('does not take what is no file for an absent one', async () => {
  await mkdir(path, { mode: 0o700 });
  await expect(createFileCredentials(path).resolve('ci')).rejects.toThrow('EISDIR');
});
