import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceUnavailableError, SourceUnusableError } from '../../../core/domain/errors.ts';
import { collect } from '../../support/collect.ts';
import { useSourceLab } from './source-lab.ts';

const lab = useSourceLab();
const { gitSource, serve, treeOf } = lab;

describe('damaged sources', () => {
  const looseObject = (oid: string): string =>
    join(lab.repository.path, '.git', 'objects', oid.slice(0, 2), oid.slice(2));

  it('a blob that is missing is an error, not an empty file', async () => {
    const oid = await lab.repository.head('HEAD:a.txt');
    const commit = await lab.repository.head();
    await rm(looseObject(oid));

    await expect(
      collect(gitSource().blobs({ url: lab.repository.path }, [commit], [oid], { maxBytes: 10 })),
    ).rejects.toThrow(SourceUnusableError);
    await expect(collect(gitSource().blobs({ url: lab.repository.path }, [], [oid], { maxBytes: 10 }))).rejects.toThrow(
      oid,
    );
  });

  it.each([
    ['a local path', SourceUnusableError],
    // The server dies without a word, as it would of a passing fault.
    ['smart HTTP', SourceUnavailableError],
  ])('a blob that is corrupt is an error (%s)', async (transport, expected) => {
    const oid = await lab.repository.head('HEAD:a.txt');
    const commit = await lab.repository.head();
    await chmod(looseObject(oid), 0o644);
    await writeFile(looseObject(oid), 'garbage');
    const url = transport === 'smart HTTP' ? (await serve()).url : lab.repository.path;

    await expect(collect(gitSource().blobs({ url }, [commit], [oid], { maxBytes: 10 }))).rejects.toThrow(expected);
  });

  it('a tree that is missing is an error, not an empty listing', async () => {
    await rm(looseObject(await lab.repository.head('HEAD:deep')));

    await expect(treeOf(gitSource(), lab.repository.path)).rejects.toThrow(SourceUnusableError);
  });

  it('a commit that is gone from where blobs are asked for is worth another look', async () => {
    const { url } = await serve({ filters: false, protocolVersion: 0 });
    const oid = await lab.repository.head('HEAD:a.txt');

    await expect(collect(gitSource().blobs({ url }, ['c'.repeat(40)], [oid], { maxBytes: 10 }))).rejects.toThrow(
      SourceUnavailableError,
    );
  });
});
