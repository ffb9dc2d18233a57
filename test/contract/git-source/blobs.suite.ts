import { describe, expect, it } from 'vitest';
import { SourceUnusableError } from '../../../core/domain/errors.ts';
import { collect } from '../../support/collect.ts';
import type { OverTransport } from './transport.ts';

/** What is read of files. */
export const describeBlobs = (over: OverTransport): void => {
  const { blobsOf, create, sourceOf } = over;

  describe('blobs', () => {
    it('streams contents in the order asked for, twice when asked twice', async () => {
      const binary = Uint8Array.from({ length: 70_000 }, (_, at) => at % 256);
      const repository = await create({ a: 'alpha\n', b: binary, empty: '' });
      const [a, b, empty] = await Promise.all(['HEAD:a', 'HEAD:b', 'HEAD:empty'].map((name) => repository.head(name)));
      const oids = [b, a, empty, b] as string[];

      const blobs = await blobsOf(repository, oids);

      expect(blobs.map(({ oid }) => oid)).toEqual(oids);
      expect(blobs.map(({ size }) => size)).toEqual([70_000, 6, 0, 70_000]);
      expect(Buffer.from(blobs[0]?.content ?? []).equals(binary)).toBe(true);
      expect(Buffer.from(blobs[1]?.content ?? []).toString()).toBe('alpha\n');
      expect(blobs[2]?.content).toHaveLength(0);
    });

    it('gives only the size of a blob over the cap', async () => {
      const repository = await create({ big: 'x'.repeat((1 << 20) + 1), fits: 'y'.repeat(1 << 20) });
      const oids = await Promise.all(['HEAD:big', 'HEAD:fits'].map((name) => repository.head(name)));

      const [big, fits] = await blobsOf(repository, oids);

      expect(big).toEqual({ oid: oids[0], size: (1 << 20) + 1, content: null });
      expect(fits?.content).toHaveLength(1 << 20);
    });

    it('says so when the source does not have a blob', async () => {
      const repository = await create({ a: 'a' });
      const a = await repository.head('HEAD:a');

      await expect(blobsOf(repository, [a, 'd'.repeat(40)])).rejects.toThrow(SourceUnusableError);
    });

    it('does not take another object for a blob', async () => {
      const repository = await create({ 'd/a': 'a' });

      await expect(blobsOf(repository, [await repository.head('HEAD:d')])).rejects.toThrow(SourceUnusableError);
    });

    it('asks for nothing when there is nothing to ask for', async () => {
      const nowhere = { url: `${sourceOf(await create()).url}-not` };

      expect(await collect(over.git.blobs(nowhere, [], [], { maxBytes: 1 }))).toEqual([]);
    });

    it('leaves nothing behind when the reader stops early', async () => {
      const repository = await create({ a: 'x'.repeat(500_000), b: 'y'.repeat(500_000) });
      const oids = await Promise.all(['HEAD:a', 'HEAD:b'].map((name) => repository.head(name)));

      for await (const blob of over.git.blobs(sourceOf(repository), [await repository.head()], oids, {
        maxBytes: 1 << 20,
      })) {
        expect(blob.size).toBe(500_000);
        break;
      }
    });
  });
};
