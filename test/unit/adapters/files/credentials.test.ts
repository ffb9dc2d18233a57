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

const bounds = { users: ['ann'], hosts: ['h'], prefixes: ['https://h/acme/'] };

const write = async (content: unknown, mode = 0o600): Promise<void> => {
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  await chmod(path, mode);
};

it('knows nothing without a file, and nothing under another name', async () => {
  expect(await createFileCredentials(path).resolve('ci')).toEqual({ kind: 'absent' });
  await write({ ci: { token: 't', ...bounds } });
  expect(await createFileCredentials(path).resolve('other')).toEqual({ kind: 'absent' });
  expect(await createFileCredentials(path).resolve('toString')).toEqual({ kind: 'absent' });
});

it('reads the file anew: a credential may be changed while the service runs', async () => {
  const credentials = createFileCredentials(path);
  await write({ ci: { username: 'u', password: 'p', ...bounds } });
  expect(await credentials.resolve('ci')).toEqual({
    kind: 'found',
    credential: { username: 'u', password: 'p', ...bounds },
  });
  await write({ ci: { token: 't', ...bounds } });
  expect(await credentials.resolve('ci')).toEqual({
    kind: 'found',
    credential: { username: 'x-access-token', password: 't', ...bounds },
  });
});

it.each([0o640, 0o604, 0o660])('refuses a file that others may read: %o', async (mode) => {
  await write({ ci: { token: 't', ...bounds } }, mode);
  await expect(createFileCredentials(path).resolve('ci')).rejects.toThrow(/chmod 600/);
});

it.each([
  ['no JSON', 's3cret'],
  ['a list', ['s3cret']],
])('refuses what is wrong in it, and does not quote it: %s', async (_, content) => {
  await write(content);
  const failure: Error = await createFileCredentials(path)
    .resolve('ci')
    .catch((error) => error);
  expect(failure).toBeInstanceOf(SourceRefusedError);
  expect([failure.message, failure.stack, String(failure.cause)].join()).not.toContain('s3cret');
});

it('knows a credential that may not be used as it is', async () => {
  await write({ ci: { user: 's3cret' } });
  expect(await createFileCredentials(path).resolve('ci')).toMatchObject({ kind: 'unusable' });
});

it('does not take what is no file for an absent one', async () => {
  await mkdir(path, { mode: 0o700 });
  await expect(createFileCredentials(path).resolve('ci')).rejects.toThrow('EISDIR');
});
