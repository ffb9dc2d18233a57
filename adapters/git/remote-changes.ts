import { SourceUnavailableError, type SyncError } from '../../core/domain/errors.ts';
import { failureOf } from '../../core/domain/failure-of.ts';
import type { TreeChange } from '../../core/manifest/manifest.ts';
import type { CommitCount } from '../../core/ports/git-source.ts';
import { type BareRepository, createBareRepository, type ObjectFormat, objectFormatOf } from './bare-repository.ts';
import { countFrom, readCommit } from './commit-object.ts';
import { type Conversation, converse } from './conversation.ts';
import { fetchPack, type PackRequest } from './fetch-pack.ts';
import type { GitLimits } from './git-limits.ts';
import { type ObjectReader, openObjectReader } from './object-reader.ts';
import type { SourceAddress } from './source-address.ts';
import { damaged } from './tree-listing.ts';
import { parseTree, type RawEntry } from './tree-object.ts';
import { type Trees, walkTrees } from './tree-walk.ts';

/** What changed at a server, in proportion to the change: see "How a remote is read" in docs/architecture.md. */
export interface RemoteChanges {
  /** @throws SourceUnavailableError when the server cannot tell, SourceUnusableError: then the whole tree has to be read. */
  changes(from: string, to: string): AsyncGenerator<readonly TreeChange[]>;
  /** Null unless the changes have been read. */
  count(from: string, to: string): CommitCount | null;
  close(): Promise<void>;
}

interface Parts {
  readonly address: SourceAddress;
  readonly tempRoot: string;
  readonly limits: GitLimits;
  readonly signal: AbortSignal;
}

interface Talk extends Parts {
  readonly repository: BareRepository;
  readonly conversation: Conversation;
  readonly reader: ObjectReader;
}

/** A pack of what changed may have as many bytes: the trees of 200,000 files take as many. */
const maxChangesBytes = 8 * 1024 * 1024;

/**
 * Connects, and looks for the branches. Where the server cannot be asked for parts, in words why: then it is fetched from.
 * @throws BranchNotFoundError when a branch is gone, and what {@link converse} throws.
 */
export const openRemoteChanges = async (
  parts: Parts,
  heads: readonly { readonly branch: string; readonly commit: string }[],
): Promise<RemoteChanges | string> => {
  const format = objectFormatOf(heads[0]?.commit ?? '');
  const repository = await createBareRepository(parts.tempRoot, format);
  let conversation: Conversation | null = null;
  const close = async (): Promise<void> => {
    await conversation?.close();
    await repository.remove();
  };
  try {
    conversation = await converse({ ...parts, repository });
    const lack = lackOf(conversation, format);
    if (conversation === null || lack !== null) {
      await close();
      return lack ?? notAsked;
    }
    await requireBranches(
      conversation,
      parts.address,
      heads.map(({ branch }) => branch),
    );
    return { ...remoteChanges(parts, conversation), close };
  } catch (error) {
    await close();
    throw error;
  }
};

const lackOf = (conversation: Conversation | null, format: ObjectFormat): string | null => {
  if (conversation === null) return notAsked;
  const { abilities } = conversation;
  if (!(abilities.get('fetch') ?? '').split(' ').includes('filter')) return 'it has no filters';
  return (abilities.get('object-format') ?? 'sha1') === format ? null : otherHash;
};

const notAsked = 'it is not asked by version 2 of git’s protocol';
const otherHash = 'it has changed its hash';

/** A branch that is gone is noticed, although its commit may still be there. */
const requireBranches = async (
  conversation: Conversation,
  { label }: SourceAddress,
  branches: readonly string[],
): Promise<void> => {
  const names = new Set<string>();
  const prefixes = branches.map((branch) => `ref-prefix refs/heads/${branch}`);
  for await (const packet of conversation.ask('ls-refs', prefixes))
    if (typeof packet !== 'string') names.add(packet.toString('utf8').trimEnd().split(' ')[1] ?? '');
  for (const branch of branches)
    if (!names.has(`refs/heads/${branch}`))
      throw failureOf('branch_missing', label, { says: `it has no branch ${branch}` });
};

const remoteChanges = (parts: Parts, conversation: Conversation): Omit<RemoteChanges, 'close'> => {
  const counts = new Map<string, CommitCount>();
  return {
    async *changes(from, to) {
      if (objectFormatOf(from) !== objectFormatOf(to)) throw untold(parts.address, otherHash);
      if (from === to) return;
      // One for each branch: what was sent for another one does not count.
      const repository = await createBareRepository(parts.tempRoot, objectFormatOf(to));
      const reader = openObjectReader({ ...parts, repository });
      const talk: Talk = { ...parts, repository, conversation, reader };
      try {
        await fetchBetween(talk, from, to);
        counts.set(`${from} ${to}`, await countFrom(reader, from, to));
        // Of a branch that was set back nothing was sent at all.
        const wants = (await reader.read([to])).has(to) ? [from] : [from, to];
        await fetchMore(talk, { wants, filter: 'tree:0', depth: 1 });
        const [before, after] = [await readCommit(reader, from), await readCommit(reader, to)];
        yield* walkTrees(treesOf(talk), before.tree, after.tree, parts.limits);
      } finally {
        await reader.close();
        await repository.remove();
      }
    },
    count: (from, to) => counts.get(`${from} ${to}`) ?? null,
  };
};

/**
 * The commits that only the new one leads to, and the trees that are new in them: what any fetch asks for by someone who has the old
 * one. A server that has lost the old one would send everything: so it has to say first that it has it.
 */
const fetchBetween = async (talk: Talk, from: string, to: string): Promise<void> => {
  const maxBytes = Math.min(maxChangesBytes, talk.limits.packBytes);
  const request = { wants: [to], haves: [from], filter: 'blob:none', maxBytes } as const;
  const first = await fetchPack(talk, { ...request, done: false });
  const outcome = first.kind === 'diverged' ? await fetchPack(talk, { ...request, done: true }) : first;
  if (outcome.kind === 'none') throw untold(talk.address, outcome.why);
};

const fetchMore = async (talk: Talk, request: Omit<PackRequest, 'done' | 'maxBytes'>): Promise<void> => {
  const outcome = await fetchPack(talk, { ...request, done: true, maxBytes: talk.limits.packBytes });
  if (outcome.kind === 'none') throw untold(talk.address, outcome.why);
};

const treesOf = (talk: Talk): Trees => ({
  async known(oids) {
    const found = new Map<string, readonly RawEntry[]>();
    for (const [oid, { type, content }] of await talk.reader.read(oids)) {
      if (type !== 'tree') throw damaged('its objects are malformed: a tree names something else as a tree');
      found.set(oid, parseTree(content, oid.length / 2));
    }
    return found;
  },
  fetch: (wants) => fetchMore(talk, { wants, filter: 'tree:0' }),
  fetchBelow: (wants, haves) => fetchMore(talk, { wants, haves, filter: 'blob:none' }),
});

export const untold = ({ label }: SourceAddress, why: string): SyncError =>
  new SourceUnavailableError(`${label}: it does not tell what has changed: ${why}`);
