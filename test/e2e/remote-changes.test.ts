import { expect, it } from 'vitest';
import { SourceUnavailableError } from '../../core/domain/errors.ts';
import type { Snapshot } from '../../core/ports/git-source.ts';
import type { GitRepository } from '../support/git-repository.ts';
import type { SmartHttpServerOptions } from '../support/smart-http-server.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

/** What each branch was listed by, in turn, and why a change was not told. */
const watchListings = () => {
  const seen: unknown[] = [];
  const whys: string[] = [];
  world.faults.set('logger', (real) => ({
    info: (message, facts) => {
      if (message === 'tree listed') seen.push(facts?.listing);
      real.info(message, facts);
    },
    warn: (message, facts) => {
      if (message === 'changes not listed, the whole tree is') whys.push(String(facts?.error));
      real.warn(message, facts);
    },
  }));
  return { seen, whys };
};

const files = {
  'kept.ts': 'export const kept = "albatross";\n',
  'lib/gone.ts': 'export const gone = "bittern";\n',
  'lib/moved/one.ts': 'export const one = "cormorant";\n',
};

const change = async (git: GitRepository): Promise<void> => {
  await git.remove('lib/gone.ts');
  await git.rename('lib/moved', 'src/moved');
  await git.write({ 'src/new.ts': 'export const fresh = "dunlin";\n' });
  await git.commit();
};

const expectChange = async (id: string): Promise<void> => {
  expect(await world.api.synced(id)).toMatchObject({
    status: 'completed',
    pulled_commits: 1,
    counts: { added: 1, deleted: 1, renamed: 1, modified: 0 },
  });
  expect(await world.api.found(id, 'dunlin')).toContain('src/new.ts');
  expect(await world.api.found(id, 'bittern')).not.toContain('lib/gone.ts');
};

it('reads of a remote what has changed, and the whole tree once', async () => {
  const { seen, whys } = watchListings();
  const { git } = await world.remote('told', files);
  await world.api.synced('told');
  await change(git);
  await expectChange('told');
  expect({ seen, whys }).toEqual({ seen: ['tree', 'changes'], whys: [] });
});

it.each<[string, Partial<SmartHttpServerOptions>, string]>([
  ['no-filters', { filters: false }, 'it has no filters'],
  ['old', { protocolVersion: 0 }, 'version 2 of git’s protocol'],
])('reads the whole tree of a server that cannot tell, and says why: %s', async (id, options, words) => {
  const { seen, whys } = watchListings();
  const { git } = await world.remote(id, files, options);
  await world.api.synced(id);
  await change(git);
  await expectChange(id);
  expect(seen).toEqual(['tree', 'tree']);
  expect(whys).toEqual([expect.stringContaining(words)]);
});

it('reads the whole tree when .gitattributes have changed', async () => {
  const { seen } = watchListings();
  const { git } = await world.remote('attributes', files);
  await world.api.synced('attributes');
  await git.write({ '.gitattributes': 'lib/** linguist-generated\n' });
  await git.commit();
  await world.api.synced('attributes');
  expect(seen).toEqual(['tree', 'tree']);
  expect(await world.api.found('attributes', 'bittern')).not.toContain('lib/gone.ts');
});

it('reads the contents of a small change over the connection that told it, and asks for those only that did not come', async () => {
  const { git } = await world.remote('along', files);
  await world.api.synced('along');
  const asked: number[] = [];
  const watchBlobs = (blobsOf?: (snapshot: Snapshot) => Snapshot['blobs']) =>
    world.faults.set('git', (real) => ({
      open: async (...args) => {
        const snapshot = await real.open(...args);
        return blobsOf === undefined ? snapshot : { ...snapshot, blobs: blobsOf(snapshot) };
      },
      blobs: (...args) => {
        asked.push(args[2].length);
        return real.blobs(...args);
      },
    }));
  watchBlobs();
  await change(git);
  await expectChange('along');
  expect(asked).toEqual([]);

  watchBlobs(
    (snapshot) =>
      async function* (oids, maxBytes) {
        yield* snapshot.blobs(oids.slice(0, 1), maxBytes);
        throw new SourceUnavailableError('it broke off');
      },
  );
  await git.write({ 'one.ts': 'export const egret = 1;\n', 'two.ts': 'export const fulmar = 2;\n' });
  await git.commit();
  expect(await world.api.synced('along')).toMatchObject({ status: 'completed', counts: { added: 2 } });
  expect(asked).toEqual([1]);
  expect(await world.api.found('along', 'egret')).toContain('one.ts');
  expect(await world.api.found('along', 'fulmar')).toContain('two.ts');
});
