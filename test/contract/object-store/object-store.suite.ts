import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ObjectMissingError } from '../../../core/domain/errors.ts';
import type { ObjectStore } from '../../../core/ports/object-store.ts';

export const collect = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
};

/** What every object store keeps to. `make` gives an empty store. */
export const objectStoreContract = (
  name: string,
  make: () => Promise<{ store: ObjectStore; close(): PromiseLike<void> }>,
): void => {
  describe(`${name} as an object store`, () => {
    let store: ObjectStore;
    let close: () => PromiseLike<void>;
    beforeEach(async () => {
      ({ store, close } = await make());
    });
    afterEach(() => close());

    it.each(['a/text.json', 'a/text.json.zst'])('gives back the text put at %s', async (key) => {
      await store.putText(key, 'grüße\n\u{1f600}\r\nend');
      expect(await store.getText(key)).toBe('grüße\n\u{1f600}\r\nend');
    });

    it.each(['a/text.json', 'a/text.json.zst'])('takes the same as bytes, a part of more, at %s', async (key) => {
      const bytes = Buffer.from('before grüße\n\u{1f600}\r\nend after').subarray(7, -6);
      const stored = await store.putText(key, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
      expect(await store.getText(key)).toBe('grüße\n\u{1f600}\r\nend');
      expect(await store.size(key)).toBe(stored);
    });

    it.each([0, 1, 65_536, 300_000, 4 * 1024 * 1024, 4 * 1024 * 1024 + 1])(
      'gives back a text of %i bytes',
      async (length) => {
        const text = Array.from({ length: Math.ceil(length / 8) }, (_, n) => (n * 0x9e3779b1).toString(36).padEnd(8))
          .join('')
          .slice(0, length);
        for (const key of ['a', 'a.zst']) {
          const stored = await store.putText(key, text);
          expect((await store.getText(key)) === text).toBe(true);
          expect(await store.size(key)).toBe(stored);
        }
      },
    );

    it('overwrites an object', async () => {
      await store.putText('a', 'old and long');
      await store.putText('a', 'new');
      expect(await store.getText('a')).toBe('new');
    });

    it('has null for the text of an object that is not there', async () => {
      await store.putText('a/b', 'x');
      expect([await store.getText('a/c'), await store.getText('a'), await store.getText('z.zst')]).toEqual([
        null,
        null,
        null,
      ]);
    });

    it.each(['lines', 'lines.zst'])('streams lines into %s and out again, and counts them', async (key) => {
      const lines = Array.from({ length: 30_000 }, (_, i) => `line ${i} ${i % 7 === 0 ? '\u2028\r é\u{1f600}' : ''}`);
      expect(await store.putLines(key, lines)).toBe(lines.length);
      expect((await collect(store.getLines(key))).flat()).toEqual(lines);
    });

    it('takes lines from an async source', async () => {
      async function* lines() {
        yield ['one', ''];
        yield [];
        yield ['three'];
      }
      expect(await store.putLines('async', lines())).toBe(3);
      expect(await store.getText('async')).toBe('one\n\nthree\n');
    });

    it('keeps an object of no lines', async () => {
      expect(await store.putLines('none.zst', [])).toBe(0);
      expect((await collect(store.getLines('none.zst'))).flat()).toEqual([]);
      expect(await store.exists('none.zst')).toBe(true);
    });

    it('gives the last line, with and without its newline', async () => {
      await store.putText('open', 'one\ntwo');
      await store.putText('closed', 'one\ntwo\n');
      expect((await collect(store.getLines('open'))).flat()).toEqual(['one', 'two']);
      expect((await collect(store.getLines('closed'))).flat()).toEqual(['one', 'two']);
    });

    it('streams one line of many buffers', async () => {
      const long = 'é'.repeat(300_000);
      await store.putLines('long.zst', [long, 'short']);
      expect((await collect(store.getLines('long.zst'))).flat()).toEqual([long, 'short']);
    });

    it('throws ObjectMissingError for the lines of an object that is not there', async () => {
      await expect(collect(store.getLines('absent'))).rejects.toThrow(ObjectMissingError);
    });

    it('lets a reader of lines stop early', async () => {
      await store.putLines(
        'many.zst',
        Array.from({ length: 50_000 }, (_, i) => `line ${i}`),
      );
      for await (const [first] of store.getLines('many.zst')) {
        expect(first).toBe('line 0');
        break;
      }
    });

    it('keeps what was there when the source of lines fails, and throws its error', async () => {
      await store.putText('kept', 'before');
      function* failing() {
        for (let i = 0; i < 20_000; i++) yield `line ${i} of many that fill more than one buffer`;
        throw new Error('source broke');
      }
      await expect(store.putLines('kept', failing())).rejects.toThrow('source broke');
      expect(await store.getText('kept')).toBe('before');
      expect(await collect(store.list(''))).toEqual(['kept']);
    });

    it('tells whether an object exists', async () => {
      await store.putText('dir/there', '');
      expect(await store.exists('dir/there')).toBe(true);
      expect(await store.exists('dir/absent')).toBe(false);
      expect(await store.exists('dir')).toBe(false);
      expect(await store.exists('dir/there/below')).toBe(false);
      await store.putText('dir/sized', 'sized');
      expect(await store.size('dir/sized')).toBe(5);
      for (const key of ['dir/absent', 'dir', 'dir/there/below']) expect(await store.size(key)).toBeNull();
    });

    it('lists the keys that begin with a prefix, in the order of their bytes', async () => {
      const keys = ['jobs/10/b', 'jobs/1/a', 'jobs/1/c/d', 'jobs/1-x', 'jobs/1.x', 'jobs/2', 'other', 'jobs/é'];
      for (const key of keys) await store.putText(key, key);
      expect(await collect(store.list('jobs/1'))).toEqual([
        'jobs/1-x',
        'jobs/1.x',
        'jobs/1/a',
        'jobs/1/c/d',
        'jobs/10/b',
      ]);
      expect(await collect(store.list('jobs/1/'))).toEqual(['jobs/1/a', 'jobs/1/c/d']);
      expect(await collect(store.list(''))).toEqual(
        [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
      expect(await collect(store.list('absent/'))).toEqual([]);
      expect(await collect(store.list('other/'))).toEqual([]);
    });

    it('tells with each key what its object takes', async () => {
      const text = 'text '.repeat(1_000);
      const bytes = new Map<string, number>();
      for (const key of ['a/b/1', 'a/b/2.zst', 'a/c.zst']) bytes.set(key, await store.putText(key, text));
      expect(bytes.get('a/b/1')).toBe(text.length);
      for (const [key, size] of bytes) expect(await store.size(key)).toBe(size);
      expect(await collect(store.listSizes('a/'))).toEqual([...bytes].map(([key, size]) => ({ key, bytes: size })));
      expect(await collect(store.listSizes('b/'))).toEqual([]);
    });

    it('deletes the objects that are named, and nothing else', async () => {
      const keys = Array.from({ length: 20 }, (_, n) => `jobs/${n}/a`);
      for (const key of [...keys, 'jobs/0/ab', 'jobs/x']) await store.putText(key, key);
      await store.delete([...keys, 'jobs/absent/a', 'absent']);
      await store.delete([]);
      expect(await collect(store.list(''))).toEqual(['jobs/0/ab', 'jobs/x']);
      await store.putText('jobs/1/a', 'again');
      expect(await store.getText('jobs/1/a')).toBe('again');
    });

    it('deletes nothing by what is no key', async () => {
      await expect(store.delete(['../a'])).rejects.toThrow(RangeError);
    });

    it('deletes what is under a prefix, and nothing else', async () => {
      for (const key of ['jobs/1/a', 'jobs/1/b/c', 'jobs/2/a']) await store.putText(key, key);
      await store.deleteAll('jobs/1/');
      expect(await collect(store.list(''))).toEqual(['jobs/2/a']);
      await store.deleteAll('jobs/absent/');
      await store.deleteAll('');
      expect(await collect(store.list(''))).toEqual([]);
      await store.putText('jobs/1/a', 'again');
      expect(await store.getText('jobs/1/a')).toBe('again');
    });

    it('shows a reader a whole object while it is written again and again', async () => {
      const texts = ['a'.repeat(200_000), 'b'.repeat(150_000)];
      await store.putText('busy', texts[0] as string);
      let writing = true;
      const writer = (async () => {
        for (let i = 1; i <= 20; i++) await store.putText('busy', texts[i % 2] as string);
        writing = false;
      })();
      while (writing) expect(texts).toContain(await store.getText('busy'));
      await writer;
    });
  });
};
