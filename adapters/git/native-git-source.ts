import { lookup } from 'node:dns/promises';
import { failureOf } from '../../core/domain/failure-of.ts';
import type { Blob, GitSource, Source, VisitOptions } from '../../core/ports/git-source.ts';
import { onDisk } from '../system/disk-failure.ts';
import { scratchDirectory } from '../system/scratch-directory.ts';
import { unlessAborted } from '../system/unless-aborted.ts';
import { type BareRepository, createBareRepository, type ObjectFormat, objectFormatOf } from './bare-repository.ts';
import { fetchBlobs, readBlobs } from './blob-contents.ts';
import { defaultGitLimits, type GitLimits } from './git-limits.ts';
import { listHeads } from './list-heads.ts';
import { findWithBranches } from './local-branches.ts';
import { readLocalHeads } from './local-heads.ts';
import { localPlaces } from './local-places.ts';
import { findLocalRepository, type LocalRepository } from './local-repository.ts';
import { openSnapshot } from './snapshot.ts';
import { type ResolveCredential, resolveSource, type SourceAddress, type SourcePolicy } from './source-address.ts';
import { createTreeCache } from './tree-cache.ts';
import { headsInVisit, takeVisited } from './visited-source.ts';

export interface NativeGitSourceOptions {
  readonly policy: SourcePolicy;
  /** Where temporary directories are made, and who empties it; by default a directory of this thread's own, see `scratchDirectory`. */
  readonly tempRoot?: string | undefined;
  /** Others than {@link defaultGitLimits}. */
  readonly limits?: Partial<GitLimits> | undefined;
  /** Whether a folder of this machine may be read for that owner; without it, every one that this process may read. */
  readonly mayRead?: MayRead | undefined;
  /** Without it, no credential may be used. */
  readonly resolveCredential?: ResolveCredential | undefined;
  /** Every address of a host; the system's resolver by default. */
  readonly lookup?: ((host: string) => Promise<readonly string[]>) | undefined;
}

/** {@link GitSource} by the native `git` binary (2.37 or later), without a mirror and without history. */
export const createNativeGitSource = (options: NativeGitSourceOptions): GitSource => {
  const limits: GitLimits = { ...defaultGitLimits, ...options.limits };
  const address = (source: Source): Promise<SourceAddress> => addressOf(source, options);
  const tempRoot = async (): Promise<string> =>
    options.tempRoot ?? (await onDisk('the temporary directory', () => scratchDirectory()));
  const prepare = async (format: ObjectFormat, inPlace: LocalRepository | null = null): Promise<BareRepository> =>
    createBareRepository(await tempRoot(), format, inPlace);

  const trees = createTreeCache();

  return {
    async heads(source, { signal, visit }: VisitOptions = {}) {
      const from = await unlessAborted(address(source), signal);
      const here = from.path === null ? null : await readLocalHeads(from.path, limits.refBytes);
      if (here !== null) return here;
      const repository = await prepare('sha1');
      let isHeld = false;
      try {
        const parts = { repository, address: from, limits, signal: signal ?? new AbortController().signal };
        const told = visit === undefined ? null : await headsInVisit(parts, visit);
        isHeld = told !== null;
        return told ?? (await listHeads(repository, from, limits, signal));
      } finally {
        if (!isHeld) await repository.remove();
      }
    },

    async open(source, heads, { signal, visit }: VisitOptions = {}) {
      const [format = 'sha1'] = heads.map(({ commit }) => objectFormatOf(commit));
      const from = await unlessAborted(address(source), signal);
      const found = await findWithBranches(from, heads);
      const repository = await prepare(format, found?.repository);
      return openSnapshot(
        {
          tempRoot: await tempRoot(),
          limits,
          repository,
          address: from,
          signal,
          trees,
          visited: takeVisited(from, visit),
        },
        heads,
        found?.moved ?? [],
      );
    },

    async *blobs(source, commits, oids, { maxBytes, signal }): AsyncGenerator<Blob> {
      const [format] = [...oids, ...commits].map(objectFormatOf);
      if (format === undefined || oids.length === 0) return;
      const from = await unlessAborted(address(source), signal);
      const inPlace = from.path === null ? null : await findLocalRepository(from.path);
      const repository = await prepare(format, inPlace);
      const request = { repository, address: from, limits, signal };
      try {
        if (inPlace === null) await fetchBlobs(request, new Set(oids), commits);
        yield* readBlobs(request, oids, maxBytes);
      } finally {
        await repository.remove();
      }
    },
  };
};

/** Checks a source and says how git reaches it. @throws the errors of {@link resolveSource}. */
export const addressOf = async (source: Source, options: NativeGitSourceOptions): Promise<SourceAddress> => {
  const address = await resolveSource(source, {
    policy: options.policy,
    lookup: options.lookup ?? systemLookup,
    resolveCredential: options.resolveCredential ?? (async () => null),
  });
  const { mayRead } = options;
  if (address.path !== null && mayRead !== undefined)
    await needRoots(address.path, (path) => mayRead(path, source.owner));
  return address;
};

export type MayRead = (path: string, owner: string | undefined) => Promise<boolean>;

/** A folder may be allowed and lead to one that is not: by a link, a `.git` file, or borrowed objects. */
const needRoots = async (path: string, mayRead: (path: string) => Promise<boolean>): Promise<void> => {
  const places = (await mayRead(path)) ? await localPlaces(path) : null;
  for (const place of places ?? [null])
    if (place === null || !(await mayRead(place))) throw failureOf('outside_source_roots', path);
};

const systemLookup = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);
