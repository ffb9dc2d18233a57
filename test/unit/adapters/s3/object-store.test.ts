import { zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createS3ObjectStore } from '../../../../adapters/s3/object-store.ts';
import { partBytes } from '../../../../adapters/s3/object-upload.ts';
import { ObjectDamagedError, ObjectMissingError } from '../../../../core/domain/errors.ts';
import { jobKeys } from '../../../../core/objects/object-keys.ts';
import type { ObjectStore } from '../../../../core/ports/object-store.ts';
import { answerS3Error, answerXml, openS3Stub, type S3Stub } from '../../../support/aws-s3-stub.ts';

let s3: S3Stub;
let store: ObjectStore;
beforeEach(async () => {
  s3 = await openS3Stub();
  store = createS3ObjectStore({ client: s3.client, bucket: 'objects' });
});
afterEach(() => s3[Symbol.asyncDispose]());

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};
const commands = () =>
  s3.http.requests.map(({ method, query }) => `${method}${[...query.keys()].map((k) => ` ${k}`).join('')}`);

describe('a text', () => {
  it.each(['a/text.json', 'a/text.json.zst'])('comes back as it was put (%s)', async (key) => {
    await store.putText(key, 'grüße\u{1f44b}\n');
    expect(await store.getText(key)).toBe('grüße\u{1f44b}\n');
    expect(await store.exists(key)).toBe(true);
  });

  it('is stored compressed where its key ends in .zst, and plain elsewhere', async () => {
    await store.putText('a.zst', 'text');
    await store.putText('a.txt', 'text');
    expect(zstdDecompressSync(s3.objects.get('a.zst')?.body ?? '').toString()).toBe('text');
    expect(s3.objects.get('a.txt')?.body.toString()).toBe('text');
  });

  it('is an error by name when it is compressed and cut short', async () => {
    await store.putText('a.zst', 'text');
    const { body } = s3.objects.get('a.zst') as { body: Buffer };
    s3.objects.set('a.zst', { ...s3.objects.get('a.zst'), body: body.subarray(0, 6) } as never);
    await expect(store.getText('a.zst')).rejects.toThrow(ObjectDamagedError);
  });

  it('is null when there is no object', async () => {
    expect(await store.getText('absent')).toBeNull();
    expect(await store.exists('absent')).toBe(false);
  });

  it('may be empty', async () => {
    await store.putText('empty', '');
    expect(await store.getText('empty')).toBe('');
  });

  it('is an error when S3 fails for another reason', async () => {
    s3.intercept = (_, response) => {
      answerS3Error(response, 403, 'AccessDenied');
      return true;
    };
    await expect(store.getText('a')).rejects.toThrow('as told');
    await expect(store.exists('a')).rejects.toThrow();
    await expect(collect(store.getLines('a'))).rejects.not.toThrow(ObjectMissingError);
  });
});

describe('lines', () => {
  const lines = ['', '\ufeffone', 'two\r', 'ünï\u{1f44b}', 'x'.repeat(200_000), ''];

  it.each(['lines.jsonl', 'lines.zst'])('come back as they were put, and are counted (%s)', async (key) => {
    expect(await store.putLines(key, lines)).toBe(lines.length);
    expect((await collect(store.getLines(key))).flat()).toEqual(lines);
  });

  it('may be none', async () => {
    expect(await store.putLines('none', [])).toBe(0);
    expect((await collect(store.getLines('none'))).flat()).toEqual([]);
  });

  it('may end without a newline', async () => {
    await store.putText('a', 'one\ntwo');
    expect((await collect(store.getLines('a'))).flat()).toEqual(['one', 'two']);
  });

  it('of an object that is not there are an error', async () => {
    await expect(collect(store.getLines('absent'))).rejects.toThrow(ObjectMissingError);
    await expect(collect(store.getLines('absent.zst'))).rejects.toThrow(ObjectMissingError);
  });

  it('go in one request where they fit one part', async () => {
    await store.putLines('small', ['one']);
    expect(commands()).toEqual(['PUT x-id']);
  });

  it('go part by part where they do not, and are one object at the end', async () => {
    const line = 'l'.repeat(65_535);
    const count = Math.ceil((2.5 * partBytes) / 65_536);
    await store.putLines('large', Array<string>(count).fill(line));
    expect(s3.http.requests.filter(({ query }) => query.has('partNumber')).map(({ body }) => body.length)).toEqual([
      partBytes,
      partBytes,
      partBytes / 2,
    ]);
    expect(s3.objects.get('large')?.body.equals(Buffer.from(`${line}\n`.repeat(count)))).toBe(true);
    expect(s3.http.requests.at(-1)?.body.toString()).toMatch(/<ChecksumCRC32>.+<\/ChecksumCRC32>/);
    expect(s3.uploads.size).toBe(0);
  });

  it('that are exactly one part long go in one request', async () => {
    await store.putLines('exact', Array<string>(partBytes / 65_536).fill('l'.repeat(65_535)));
    expect(commands()).toEqual(['PUT x-id']);
  });

  it('leave neither an object nor an upload when their source fails', async () => {
    const failing = async function* () {
      for (let i = 0; i < 200; i++) yield ['l'.repeat(65_535)];
      throw new Error('source failed');
    };
    for (const key of ['failed', 'failed.zst'])
      await expect(store.putLines(key, failing())).rejects.toThrow('source failed');
    expect(s3.http.requests.some(({ method, query }) => method === 'DELETE' && query.has('uploadId'))).toBe(true);
    expect(s3.objects.size).toBe(0);
    expect(s3.uploads.size).toBe(0);
  });

  it('fail with the cause even when the abort fails too', async () => {
    s3.intercept = ({ query, method }, response) => {
      if (!query.has('uploadId')) return false;
      answerS3Error(response, 400, method === 'DELETE' ? 'NoSuchUpload' : 'InvalidPart');
      return true;
    };
    const lines = Array<string>(200).fill('l'.repeat(65_535));
    await expect(store.putLines('failed', lines)).rejects.toMatchObject({ name: 'InvalidPart' });
  });

  it('are not put under an upload that has no id', async () => {
    s3.intercept = ({ query }, response) => {
      if (!query.has('uploads')) return false;
      answerXml(response, 200, '<InitiateMultipartUploadResult></InitiateMultipartUploadResult>');
      return true;
    };
    const lines = Array<string>(200).fill('l'.repeat(65_535));
    await expect(store.putLines('failed', lines)).rejects.toThrow('without an upload id');
  });

  it('go on where a connection broke, on the same object', async () => {
    await store.putLines('a.jsonl', ['first', 'second', 'third']);
    s3.breakAfter = { bytes: 7, times: 2 };
    expect((await collect(store.getLines('a.jsonl'))).flat()).toEqual(['first', 'second', 'third']);
    const reads = s3.http.requests.filter(({ method }) => method === 'GET');
    expect(reads.map(({ headers }) => [headers.range, headers['if-match']])).toEqual([
      [undefined, undefined],
      ['bytes=7-', '"1"'],
      ['bytes=14-', '"1"'],
    ]);
  });

  it('are an error when connections break again and again', async () => {
    await store.putLines('a.jsonl', ['first']);
    s3.breakAfter = { bytes: 0, times: 100 };
    await expect(collect(store.getLines('a.jsonl'))).rejects.toThrow();
    expect(s3.http.requests.filter(({ method }) => method === 'GET')).toHaveLength(4);
  });
});

describe('keys', () => {
  it('are listed by prefix, in order, over pages', async () => {
    for (const key of ['a/2', 'b/1', 'a/1', 'a/10', 'ab']) await store.putText(key, key);
    s3.pageSize = 2;
    expect(await collect(store.list('a/'))).toEqual(['a/1', 'a/10', 'a/2']);
    expect(await collect(store.list('z/'))).toEqual([]);
  });

  it('are deleted by prefix, a thousand a request', async () => {
    for (let i = 0; i < 2001; i++) s3.objects.set(`a/${i}`, { body: Buffer.alloc(0), tagging: undefined });
    s3.objects.set('b', { body: Buffer.alloc(0), tagging: undefined });
    await store.deleteAll('a/');
    expect([...s3.objects.keys()]).toEqual(['b']);
    expect(commands().filter((command) => command.startsWith('POST delete'))).toHaveLength(3);
    await store.deleteAll('nothing/');
  });

  it('that could not be deleted are an error', async () => {
    await store.putText('a/1', 'text');
    s3.intercept = ({ query }, response) => {
      if (!query.has('delete')) return false;
      const error = '<Error><Key>a/1</Key><Code>AccessDenied</Code></Error>';
      answerXml(response, 200, `<DeleteResult>${error}</DeleteResult>`);
      return true;
    };
    await expect(store.deleteAll('a/')).rejects.toThrow('AccessDenied: a/1');
  });

  it.each(['', '/a', 'a/../b', '..', './a', 'a//b', 'a/', 'a\\b', 'a\0b'])(
    'are refused when they are not of the form agreed: %j',
    async (key) => {
      await expect(store.putText(key, '')).rejects.toThrow(RangeError);
      await expect(store.putLines(key, [])).rejects.toThrow(RangeError);
      await expect(store.getText(key)).rejects.toThrow(RangeError);
      await expect(store.exists(key)).rejects.toThrow(RangeError);
      await expect(collect(store.getLines(key))).rejects.toThrow(RangeError);
      expect(s3.http.requests).toEqual([]);
    },
  );
});

it.each(['/', '../a', 'a//', 'a/..', 'a\\'])('refuses a prefix that no key begins with: %j', async (prefix) => {
  await expect(store.deleteAll(prefix)).rejects.toThrow(RangeError);
  await expect(collect(store.list(prefix))).rejects.toThrow(RangeError);
  expect(s3.http.requests).toEqual([]);
});

describe('the tag of what the bucket’s lifecycle may remove', () => {
  const keys = jobKeys({ repository_id: 'repo-1' as never, job_id: 'sync-1' as never });

  it('is on what a job leaves, however it was put', async () => {
    await store.putText(keys.pull, '{}');
    await store.putLines(keys.items, ['{}']);
    await store.putLines(keys.batch(1), Array<string>(200).fill('l'.repeat(65_535)));
    for (const key of [keys.pull, keys.items, keys.batch(1)]) expect(s3.objects.get(key)?.tagging).toBe('lifetime=job');
  });

  it('is on nothing else', async () => {
    await store.putText('repositories/jobs/manifests/1.zst', '');
    expect(s3.objects.get('repositories/jobs/manifests/1.zst')?.tagging).toBeUndefined();
  });
});
