import { describe, expect, it } from 'vitest';
import { fromPortable, toPortable } from '../../../../adapters/lancedb/thread/protocol.ts';
import { diskFailure, onDisk } from '../../../../adapters/system/disk-failure.ts';
import { DiskUnusableError } from '../../../../core/domain/errors.ts';

const systemCall = (code: string): Error => Object.assign(new Error(`${code}: write`), { code });

describe('a failure of the disk', () => {
  it.each([
    [systemCall('ENOSPC'), 'disk_full'],
    [systemCall('EDQUOT'), 'disk_full'],
    [systemCall('EROFS'), 'disk_read_only'],
    [new Error('lance error: LanceError(IO): No space left on device (os error 28), x.rs:1'), 'disk_full'],
    [new Error('Generic LocalFileSystem error: Read-only file system (os error 30)'), 'disk_read_only'],
    [new Error('database or disk is full'), 'disk_full'],
    [new Error('attempt to write a readonly database'), 'disk_read_only'],
  ])('is named: %s', (error, reason) => {
    const failure = diskFailure(error, 'the object store') as DiskUnusableError;

    expect(failure).toBeInstanceOf(DiskUnusableError);
    expect(failure).toMatchObject({ reason, cause: error });
    expect(failure.message).toMatch(/^the object store: the service’s disk /);
    // Named once: by the one who was nearest.
    expect(diskFailure(failure, 'elsewhere')).toBe(failure);
  });

  it.each([systemCall('ENOENT'), new Error('other'), 'text', null])('is nothing else: %s', async (error) => {
    expect(diskFailure(error, 'the object store')).toBe(error);
    await expect(onDisk('the object store', () => Promise.reject(error))).rejects.toBe(error);
  });

  it('keeps its reason on the way out of the index’s own thread', () => {
    const failure = diskFailure(systemCall('ENOSPC'), 'the search index');
    const arrived = fromPortable(structuredClone(toPortable(failure)));

    expect(arrived).toBeInstanceOf(DiskUnusableError);
    expect(arrived).toMatchObject({ reason: 'disk_full', message: (failure as Error).message });
  });
});
