import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  BranchNotFoundError,
  SourceNotFoundError,
  SourceUnavailableError,
  SourceUnusableError,
} from '../../../core/domain/errors.ts';
import { collect } from '../../support/collect.ts';
import { useLocalSource } from './local-source.ts';

const local = useLocalSource();
const { blobsOf, gitDir, treeOf } = local;

describe('a local source that changes while it is read', () => {
  it('has lost a branch: it is named', async () => {
    await local.repository.branch('gone');
    await local.repository.switch('main');
    await local.repository.git('pack-refs', '--all');
    await local.repository.git('branch', '--quiet', '-D', 'gone');

    await expect(treeOf(local.repository.path, local.second, 'gone')).rejects.toThrow(BranchNotFoundError);
  });

  it('has changed its hash: what was asked for is not there', async () => {
    await expect(treeOf(local.repository.path, 'a'.repeat(64))).rejects.toThrow(SourceUnusableError);
  });

  it('has lost the commit asked for', async () => {
    await local.repository.git('reset', '--quiet', '--hard', local.first);
    await local.repository.git('reflog', 'expire', '--expire=now', '--all');
    await local.repository.git('gc', '--quiet', '--prune=now');

    await expect(treeOf(local.repository.path)).rejects.toThrow(SourceUnavailableError);
  });

  it('is repacked: nothing is missed', async () => {
    await local.repository.write(
      Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`f${n}`, `${n}`.repeat(200)])),
    );
    const commit = await local.repository.commit();
    const oids = (await treeOf(local.repository.path, commit)).map(({ oid }) => oid);
    let read = 0;

    for await (const { content } of local.git.blobs({ url: local.repository.path }, [commit], oids, {
      maxBytes: 1 << 20,
    })) {
      if (read === 1) await local.repository.git('gc', '--quiet', '--prune=now');
      expect(content).not.toBeNull();
      read += 1;
    }

    expect(read).toBe(3_002);
  });

  it('is removed: it is not there any more', async () => {
    const oid = await local.repository.head(`${local.second}:a.txt`);
    const snapshot = await local.git.open({ url: local.repository.path }, [{ branch: 'main', commit: local.second }]);
    await rm(gitDir(), { recursive: true });

    await expect(collect(snapshot.tree(local.second))).rejects.toThrow(SourceNotFoundError);
    await expect(snapshot.countCommits(local.first, local.second)).rejects.toThrow(
      /no local.git local.repository any more|no longer has/,
    );
    await snapshot.close();
    await expect(blobsOf(local.repository.path, [oid])).rejects.toThrow(SourceNotFoundError);
  });
});
