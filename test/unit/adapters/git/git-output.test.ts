import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../../adapters/git/byte-reader.ts';
import { objectFailure, sourceFailure } from '../../../../adapters/git/git-failure.ts';
import { defaultGitLimits } from '../../../../adapters/git/git-limits.ts';
import { GitExitError } from '../../../../adapters/git/git-process.ts';
import { readRemoteHeads } from '../../../../adapters/git/remote-heads.ts';
import { readTreeChanges } from '../../../../adapters/git/tree-changes.ts';
import { readTreeListing } from '../../../../adapters/git/tree-listing.ts';
import { SourceUnusableError, type SyncError } from '../../../../core/domain/errors.ts';
import { pathFromBytes } from '../../../../core/manifest/git-path.ts';
import { collect } from '../../../support/collect.ts';

/** The bytes in chunks of one size. */
async function* inChunks(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const oid = 'a'.repeat(40);

describe('reading the changes between trees', () => {
  const none = '0'.repeat(40);
  const listing =
    `:000000 100644 ${none} ${oid} A\0a/größe\0` +
    `:100644 000000 ${oid} ${none} D\0b\tc\0` +
    `:100644 120000 ${oid} ${oid} T\0d\0`;

  it.each([1, 7, 1000])('does not depend on how its bytes arrive (%i at a time)', async (size) => {
    expect((await collect(readTreeChanges(inChunks(listing, size), defaultGitLimits))).flat()).toEqual([
      { path: 'a/größe', entry: { path: 'a/größe', mode: '100644', oid, size: null } },
      { path: '"b\\tc"', entry: null },
      { path: 'd', entry: { path: 'd', mode: '120000', oid, size: null } },
    ]);
  });

  it.each([
    ['ends within a path', listing.slice(0, -1)],
    ['ends within a head', listing.slice(0, -4)],
    ['has a head that is none', `:100644 100644 ${oid} ${oid} X\0a\0`],
    ['is not in order', `:000000 100644 ${none} ${oid} A\0b\0:000000 100644 ${none} ${oid} A\0a\0`],
    ['has a forbidden name', `:000000 100644 ${none} ${oid} A\0a/../b\0`],
  ])('refuses one that %s', async (_name, text) => {
    await expect(collect(readTreeChanges(inChunks(text, 64), defaultGitLimits))).rejects.toThrow(SourceUnusableError);
  });

  it('yields blocks, and counts over all of them', async () => {
    const changes = Array.from(
      { length: 3_000 },
      (_, n) => `:000000 100644 ${none} ${oid} A\0${String(n).padStart(6, '0')}\0`,
    ).join('');
    const blocks = await collect(readTreeChanges(inChunks(changes, 4096), defaultGitLimits));
    expect(blocks.flat()).toHaveLength(3_000);
    expect(blocks.length).toBeLessThan(10);
    const limits = { ...defaultGitLimits, treeEntries: 2_999 };
    await expect(collect(readTreeChanges(inChunks(changes, 4096), limits))).rejects.toThrow('more files than 2999');
  });
});

describe('reading a tree listing', () => {
  const listing = `100644 blob ${oid}\ta/größe\x00160000 commit ${oid}\tb\tc\x00`;

  it.each([1, 7, 1000])('does not depend on how its bytes arrive (%i at a time)', async (size) => {
    expect((await collect(readTreeListing(inChunks(listing, size), defaultGitLimits))).flat()).toEqual([
      { path: 'a/größe', mode: '100644', oid, size: null },
      { path: '"b\\tc"', mode: '160000', oid, size: null },
    ]);
  });

  it.each([
    ['ends within an entry', listing.slice(0, -3)],
    ['has an entry without a head', 'no-tab-here\0'],
    ['has a path that does not end', `100644 blob ${oid}\t${'x'.repeat(5_000)}`],
  ])('refuses one that %s', async (_name, text) => {
    await expect(collect(readTreeListing(inChunks(text, 64), defaultGitLimits))).rejects.toThrow(SourceUnusableError);
  });

  it('yields blocks, not entries, and finds disorder between two of them', async () => {
    const names = Array.from({ length: 3_000 }, (_, n) => `directory/${String(n).padStart(40, '0')}`);
    const lines = (all: readonly string[]): string => all.map((name) => `100644 blob ${oid}\t${name}\0`).join('');

    const blocks = await collect(readTreeListing(inChunks(lines(names), 4096), defaultGitLimits));

    expect(blocks.flat().map(({ path }) => path)).toEqual(names);
    expect(blocks.length).toBeLessThan(10);
    // The first entry of the second block.
    const at = blocks[0]?.length ?? 0;
    const disordered = names.with(at, names[at - 1] ?? '');
    await expect(collect(readTreeListing(inChunks(lines(disordered), 4096), defaultGitLimits))).rejects.toThrow(
      'not in order',
    );
  });

  it.each(['control\u0001', 'delete\u007f', '"quote', 'tab\there', 'latin\u00ff', '文'])(
    'quotes as git does: %j',
    async (name) => {
      const listed = (
        await collect(readTreeListing(inChunks(`100644 blob ${oid}\t${name}\0`, 9), defaultGitLimits))
      ).flat();

      expect(listed.map(({ path }) => path)).toEqual([pathFromBytes(Buffer.from(name))]);
    },
  );

  it('accepts what is just within the limits', async () => {
    const limits = {
      ...defaultGitLimits,
      treeEntries: 2,
      pathBytes: 9,
      pathDepth: 1,
      listingBytes: listing.length + 2,
    };

    expect((await collect(readTreeListing(inChunks(listing, 10), limits))).flat()).toHaveLength(2);
  });
});

describe('reading references', () => {
  it.each([1, 1000])('does not depend on how its bytes arrive (%i at a time)', async (size) => {
    const text = `ref: refs/heads/main\tHEAD\n${oid}\tHEAD\n${oid}\trefs/heads/main\n${oid}\trefs/pull/1/head\n`;

    expect(await readRemoteHeads(inChunks(text, size), 1000)).toEqual({
      defaultBranch: 'main',
      branches: new Map([['main', oid]]),
    });
  });

  it('takes no default branch that is not listed', async () => {
    const { defaultBranch } = await readRemoteHeads(inChunks('ref: refs/heads/main\tHEAD\n', 100), 1000);

    expect(defaultBranch).toBeNull();
  });
});

describe('reading blobs', () => {
  it.each([1, 3, 1000])('takes lines and bytes however they arrive (%i at a time)', async (size) => {
    const reader = new ByteReader(inChunks('head 5\nab\ncd\ntail\n', size));

    expect(await reader.line()).toBe('head 5');
    expect((await reader.bytes(6))?.toString()).toBe('ab\ncd\n');
    expect((await reader.bytes(0))?.length).toBe(0);
    expect(await reader.line()).toBe('tail');
    expect(await reader.line()).toBeNull();
    expect(await reader.bytes(1)).toBeNull();
    await reader.close();
  });
});

/** Chunks in memory of their own. */
async function* ownChunks(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(size, bytes.length - at));
    bytes.copy(chunk, 0, at);
    yield chunk;
  }
}

describe('a reader that lends', () => {
  const long = 'x'.repeat(50_000);

  it.each([1, 3, 10_000, 60_000])('hands out the same bytes, however they arrive (%i at a time)', async (size) => {
    const reader = new ByteReader(ownChunks(`head 5\nab\ncd\n${long}\ntail\n`, size), { lends: true });

    expect(await reader.line()).toBe('head 5');
    expect((await reader.bytes(6))?.toString()).toBe('ab\ncd\n');
    expect((await reader.bytes(50_001))?.toString()).toBe(`${long}\n`);
    expect(await reader.line()).toBe('tail');
    expect(await reader.line()).toBeNull();
  });

  it('leaves alone what a stream puts together in memory that Node shares out', async () => {
    const stream = new Readable({ read: () => undefined });
    const reader = new ByteReader(stream, { lends: true });
    const near = Buffer.from('near');
    const lines: (string | null)[] = [];
    for (let n = 0; n < 5; n++) {
      // Two pieces wait, and the stream hands them out as one.
      for await (const piece of ownChunks(`line ${n}\nnext ${n}\nthe half`, 12)) stream.push(piece);
      lines.push(await reader.line(), await reader.line());
      expect((await reader.bytes(8))?.toString()).toBe('the half');
    }
    expect(lines).toEqual([0, 1, 2, 3, 4].flatMap((n) => [`line ${n}`, `next ${n}`]));
    expect([near.toString(), Buffer.from('x').length]).toEqual(['near', 1]);
  });

  it('gives their memory back when it is asked for more', async () => {
    const reader = new ByteReader(ownChunks(`${long}${long}`, 30_000), { lends: true });
    const inOneChunk = await reader.bytes(20_000);
    expect(inOneChunk?.length).toBe(20_000);
    const ofTwo = await reader.bytes(20_000);
    expect([inOneChunk?.length, ofTwo?.length]).toEqual([0, 20_000]);
    await reader.bytes(10);
    expect(ofTwo?.length).toBe(0);
  });
});

describe('what git says when it fails', () => {
  const where = { label: 'https://x/r', path: null, authorized: false };
  it.each([
    ["fatal: couldn't find remote ref refs/heads/gone", 'BranchNotFoundError'],
    ['fatal: could not read Username for ...: terminal prompts disabled', 'SourceNotFoundError'],
    ["fatal: unable to access 'x': The requested URL returned error: 502", 'SourceUnavailableError'],
    ["fatal: unable to access 'x': The requested URL returned error: 302", 'SourceRefusedError'],
    ["fatal: detected dubious ownership in repository at '/x'", 'SourceRefusedError'],
    ["fatal: transport 'ssh' not allowed", 'SourceRefusedError'],
    ['fatal: unable to access: server certificate verification failed.', 'SourceRefusedError'],
    ["fatal: '/x' does not appear to be a git repository", 'SourceNotFoundError'],
    ['fatal: write error: No space left on device', 'DiskUnusableError'],
    [
      'error: object 1234: treeNotSorted: not properly sorted\nfatal: fsck error in packed object',
      'SourceUnusableError',
    ],
    ['fatal: mismatched algorithms: client sha1; server sha256', 'SourceUnusableError'],
    ["fatal: unable to access 'x': Could not resolve host: x", 'SourceUnavailableError'],
    ['', 'SourceUnavailableError'],
  ])('%s', async (stderr, name) => {
    const failure = (await sourceFailure(new GitExitError(128, null, stderr), where)) as SyncError;

    expect(failure.name).toBe(name);
    expect(failure.message).toContain('https://x/r');
  });

  it('is told in one clean line, without the server’s own words', async () => {
    const stderr = 'remote: \u001b[31mcall 555-1234\nerror: \u001b[31mRPC failed\nremote: early EOF\n';

    const { message } = (await sourceFailure(new GitExitError(1, null, stderr), { ...where, label: 'r' })) as Error;

    expect(message).toMatch(/^r: error: {2}\[31mRPC failed: sync again; /);
  });

  it('names the signal that ended it', () => {
    expect((objectFailure(new GitExitError(null, 'SIGSEGV', ''), 'r') as Error).message).toContain('SIGSEGV');
  });

  it('is left alone when it is not git’s failure', async () => {
    const other = new Error('other');

    expect(await sourceFailure(other, where)).toBe(other);
    expect(objectFailure(other, 'r')).toBe(other);
  });
});
