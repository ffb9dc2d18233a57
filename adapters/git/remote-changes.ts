import { SourceUnavailableError, type SyncError } from '../../core/domain/errors.ts';
import { failureOf } from '../../core/domain/failure-of.ts';
import type { TreeChange } from '../../core/manifest/manifest.ts';
import type { Blob, CommitCount, KnownFiles } from '../../core/ports/git-source.ts';
import { type BareRepository, createBareRepository, type ObjectFormat, objectFormatOf } from './bare-repository.ts';
import { countFrom, readCommit } from './commit-object.ts';
import { type Conversation, converse, lackOf, otherHash } from './conversation.ts';
import { fetchPack, type PackOutcome, type PackRequest } from './fetch-pack.ts';
import type { GitLimits } from './git-limits.ts';
import { type GitObject, type ObjectReader, openObjectReader } from './object-reader.ts';
import { readPackIndex } from './pack-index.ts';
import { recallTrees, type SentObjects } from './recall-trees.ts';
import type { SourceAddress } from './source-address.ts';
import type { TreeCache } from './tree-cache.ts';
import { damaged } from './tree-listing.ts';
import { parseTree, type RawEntry } from './tree-object.ts';
import { type Trees, walkTrees } from './tree-walk.ts';
import type { Visited } from './visited-source.ts';

/** What changed at a server, in proportion to the change: see "How a remote is read" in docs/architecture.md. */
export interface RemoteChanges {
  /** @throws SourceUnavailableError when the server cannot tell, SourceUnusableError: then the whole tree has to be read. */
  changes(from: string, to: string, known?: KnownFiles): AsyncGenerator<readonly TreeChange[]>;
  /** Null unless the changes have been read. */
  count(from: string, to: string): CommitCount | null;
  /** Those that came with the changes, and the others by id in one request. None of these where the server gives none out, or they are more than `maxBytes`: then nothing more can be asked. */
  blobs(oids: readonly string[], maxBytes: number): AsyncGenerator<Blob>;
  close(): Promise<void>;
}

interface Parts {
  readonly address: SourceAddress;
  readonly tempRoot: string;
  readonly limits: GitLimits;
  readonly signal: AbortSignal;
  readonly trees: TreeCache;
  readonly visited: Visited | null;
}

interface Talk extends Parts {
  readonly repository: BareRepository;
  conversation: Conversation;
  readonly reader: ObjectReader;
  /** A new conversation; null where there can be none in which parts are asked for. */
  reconnect(): Promise<Conversation | null>;
}

/** A pack of what changed may have as many bytes: the trees of 200,000 files take as many. */
const maxChangesBytes = 8 * 1024 * 1024;
/**
 * The same with contents, of files of `fileBytes` at most: a small sync's, which saves it a request. More is given up, where the pack says so at
 * its beginning, and asked for again without them.
 */
const withContents = { objects: 2_000, bytes: 1024 * 1024, fileBytes: 128 * 1024 };

/**
 * Connects and looks for the branches, unless a visit has done so. Where the server cannot be asked for parts, in words why: then it is fetched from.
 * @throws BranchNotFoundError when a branch is gone, and what {@link converse} throws.
 */
export const openRemoteChanges = async (
  parts: Parts,
  heads: readonly { readonly branch: string; readonly commit: string }[],
): Promise<RemoteChanges | string> => {
  const format = objectFormatOf(heads[0]?.commit ?? '');
  const visited = parts.visited ?? (await visitForBranches(parts, heads, format));
  if (visited === null) return notAsked;
  const { conversation, branches, close } = visited;
  // It may have begun with a signal that knows nothing of this one.
  const stop = (): void => conversation.stop(parts.signal.reason);
  parts.signal.addEventListener('abort', stop, { once: true });
  try {
    for (const { branch } of heads)
      if (!branches.has(branch))
        throw failureOf('branch_missing', parts.address.label, { says: `it has no branch ${branch}` });
    const lack = lackOf(conversation, format);
    if (lack === null) return remoteChanges(parts, visited, format);
    await close();
    return lack;
  } catch (error) {
    await close();
    throw error;
  }
};

/** Null where there can be no conversation. */
const visitForBranches = async (
  parts: Parts,
  heads: readonly { readonly branch: string }[],
  format: ObjectFormat,
): Promise<Visited | null> => {
  const repository = await createBareRepository(parts.tempRoot, format);
  let conversation: Conversation | null = null;
  const close = async (): Promise<void> => {
    await conversation?.close();
    await repository.remove();
  };
  try {
    conversation = await converse({ ...parts, repository });
    if (conversation !== null)
      return {
        conversation,
        close,
        branches: await branchesAmong(
          conversation,
          heads.map(({ branch }) => branch),
        ),
      };
    await close();
    return null;
  } catch (error) {
    await close();
    throw error;
  }
};

const notAsked = 'it is not asked by version 2 of git’s protocol';

/** Those of these branches that are there: one that is gone is noticed, although its commit may still be there. */
const branchesAmong = async (conversation: Conversation, branches: readonly string[]): Promise<ReadonlySet<string>> => {
  const names = new Set<string>();
  const prefixes = branches.map((branch) => `ref-prefix refs/heads/${branch}`);
  for await (const packet of conversation.ask('ls-refs', prefixes))
    if (typeof packet !== 'string') names.add(packet.toString('utf8').trimEnd().split(' ')[1] ?? '');
  return new Set(branches.filter((branch) => names.has(`refs/heads/${branch}`)));
};

const remoteChanges = (
  parts: Parts,
  visited: Pick<Visited, 'conversation' | 'close'>,
  expected: ObjectFormat,
): RemoteChanges => {
  /** Made while the caller has other things to do before it asks. */
  let ahead: Promise<Received> | null = receive(parts, expected);
  ahead.catch(() => undefined);
  const receiveNext = (format: ObjectFormat): Promise<Received> => {
    const made = format === expected ? ahead : null;
    if (made !== null) ahead = null;
    return made ?? receive(parts, format);
  };
  const counts = new Map<string, CommitCount>();
  let { conversation, close: endConversation } = visited;
  /** What came for the branch that was asked for last. */
  let received: Received | null = null;

  const reconnect = async (format: ObjectFormat): Promise<Conversation | null> => {
    await endConversation();
    const repository = await createBareRepository(parts.tempRoot, format);
    endConversation = () => repository.remove();
    const again = await converse({ ...parts, repository });
    if (again === null) return null;
    conversation = again;
    endConversation = async () => {
      await again.close();
      await repository.remove();
    };
    return lackOf(again, format) === null ? again : null;
  };
  const drop = async (): Promise<void> => {
    const dropped = received;
    received = null;
    await dropped?.remove();
  };
  const dropAhead = async (): Promise<void> => {
    const made = ahead;
    ahead = null;
    await (await made?.catch(() => null))?.remove();
  };

  return {
    async *changes(from, to, knownFiles) {
      const format = objectFormatOf(to);
      if (objectFormatOf(from) !== format) throw untold(parts.address, otherHash);
      if (from === to) return;
      await drop();
      // One for each branch: what was sent for another one does not count.
      received = await receiveNext(format);
      const { repository, objects } = received;
      const reader = remembering(objects, parts);
      const talk: Talk = { ...parts, repository, conversation, reader, reconnect: () => reconnect(format) };
      const index = await fetchBetween(talk, from, to);
      counts.set(`${from} ${to}`, await countFrom(objects, from, to));
      // Of a branch that was set back nothing was sent at all.
      const known = await reader.read([from, to]);
      const wants = [from, to].filter((commit) => !known.has(commit));
      if (wants.length > 0) await fetchMore(talk, { wants, filter: 'tree:0', depth: 1 });
      const [before, after] = [await readCommit(reader, from), await readCommit(reader, to)];
      const recalling = knownFiles === undefined ? null : { knownFiles, sent: sentObjects(objects, index, from) };
      yield* walkTrees(treesOf(talk, recalling), before.tree, after.tree, parts.limits);
    },
    count: (from, to) => counts.get(`${from} ${to}`) ?? null,
    async *blobs(oids, maxBytes) {
      const sent = new Map<string, Blob>();
      let bytes = 0;
      for (const blob of received === null ? [] : await readSent(received.objects, oids)) {
        bytes += blob.size;
        if (bytes <= maxBytes) sent.set(blob.oid, blob);
      }
      yield* sent.values();
      const missing = oids.filter((oid) => !sent.has(oid));
      const [format] = missing.map(objectFormatOf);
      if (format === undefined || bytes > maxBytes) return;
      const more = await receiveNext(format);
      try {
        const request = { wants: missing, filter: 'blob:none', done: true, maxBytes: maxBytes - bytes } as const;
        const outcome = await fetchPack({ ...parts, repository: more.repository, conversation }, request);
        if (outcome.kind === 'packed') yield* await readSent(more.objects, missing);
      } finally {
        await more.remove();
      }
    },
    async close() {
      // Each waits for a process to end.
      await Promise.all([drop(), dropAhead(), endConversation()]);
    },
  };
};

/** Where objects are put that a server sends, and how they are read. */
interface Received {
  readonly repository: BareRepository;
  readonly objects: ObjectReader;
  remove(): Promise<void>;
}

const receive = async (parts: Parts, format: ObjectFormat): Promise<Received> => {
  const repository = await createBareRepository(parts.tempRoot, format);
  const objects = openObjectReader({ ...parts, repository }, { isAhead: true });
  const remove = async (): Promise<void> => {
    await objects.close();
    await repository.remove();
  };
  return { repository, objects, remove };
};

const readSent = async (objects: ObjectReader, oids: readonly string[]): Promise<readonly Blob[]> =>
  [...(await objects.read(oids))].flatMap(([oid, { type, content }]) =>
    type === 'blob' ? [{ oid, size: content.length, content }] : [],
  );

/** What was read before, in this sync or an earlier one, is not read again: the old trees of one sync are the new ones of that before it. */
const remembering = (objects: ObjectReader, { trees, address: { label } }: Parts): ObjectReader => ({
  async read(oids) {
    const found = new Map<string, GitObject>();
    const asked: string[] = [];
    for (const oid of new Set(oids)) {
      const kept = trees.get(label, oid);
      if (kept === undefined) asked.push(oid);
      else found.set(oid, kept);
    }
    for (const [oid, object] of await objects.read(asked)) {
      trees.put(label, oid, object);
      found.set(oid, object);
    }
    return found;
  },
  close: () => objects.close(),
});

/**
 * The commits that only the new one leads to, and the trees that are new in them: what any fetch asks for by someone who has the old
 * one. A server that has lost the old one would send everything: so it has to say first that it has it.
 */
const fetchBetween = async (talk: Talk, from: string, to: string): Promise<string> => {
  const ask = async (amount: Pick<PackRequest, 'filter' | 'maxBytes' | 'maxObjects'>): Promise<PackOutcome> => {
    const request = {
      ...amount,
      wants: [to],
      haves: [from],
      maxBytes: Math.min(amount.maxBytes, talk.limits.packBytes),
    };
    const first = await fetchPack(talk, { ...request, done: false });
    return first.kind === 'diverged' ? fetchPack(talk, { ...request, done: true }) : first;
  };
  const { objects: maxObjects, bytes: maxBytes, fileBytes } = withContents;
  let outcome = await ask({ filter: `blob:limit=${fileBytes}`, maxBytes, maxObjects });
  if (outcome.kind === 'none' && outcome.isOver) {
    const again = await talk.reconnect();
    if (again !== null) {
      talk.conversation = again;
      outcome = await ask({ filter: 'blob:none', maxBytes: maxChangesBytes });
    }
  }
  if (outcome.kind !== 'packed') throw untold(talk.address, outcome.kind === 'none' ? outcome.why : 'it sends nothing');
  return outcome.index;
};

const fetchMore = async (talk: Talk, request: Omit<PackRequest, 'done' | 'maxBytes'>): Promise<void> => {
  const outcome = await fetchPack(talk, { ...request, done: true, maxBytes: talk.limits.packBytes });
  if (outcome.kind === 'none') throw untold(talk.address, outcome.why);
};

/** What the server has sent as new. One process reads it, one question at a time. */
const sentObjects = (objects: ObjectReader, index: string, oid: string): SentObjects => {
  let all: Promise<ReadonlySet<string>> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    oids: () => {
      all ??= readPackIndex(index, oid.length / 2);
      return all;
    },
    trees: (oids) => {
      const answer = last.then(() => readTrees(objects, oids));
      last = answer;
      return answer;
    },
  };
};

/** @param recalling what old trees are put together of; null: they are asked for. */
const treesOf = (
  talk: Talk,
  recalling: { readonly knownFiles: KnownFiles; readonly sent: SentObjects } | null,
): Trees => {
  const recalled = new Map<string, readonly RawEntry[]>();
  return {
    async known(oids) {
      const found = new Map<string, readonly RawEntry[]>();
      const asked: string[] = [];
      for (const oid of oids) {
        const entries = recalled.get(oid);
        if (entries === undefined) asked.push(oid);
        else found.set(oid, entries);
      }
      for (const [oid, entries] of await readTrees(talk.reader, asked)) found.set(oid, entries);
      return found;
    },
    async recall(directories) {
      if (recalling === null) return;
      const { knownFiles, sent } = recalling;
      for (const [oid, entries] of await recallTrees(knownFiles, directories, sent, talk.limits.pathBytes))
        recalled.set(oid, entries);
    },
    fetch: (wants) => fetchMore(talk, { wants, filter: 'tree:0' }),
    fetchBelow: (wants, haves) => fetchMore(talk, { wants, haves, filter: 'blob:none' }),
  };
};

const readTrees = async (
  reader: Pick<ObjectReader, 'read'>,
  oids: Iterable<string>,
): Promise<ReadonlyMap<string, readonly RawEntry[]>> => {
  const found = new Map<string, readonly RawEntry[]>();
  for (const [oid, { type, content }] of await reader.read(oids)) {
    if (type !== 'tree') throw damaged('its objects are malformed: a tree names something else as a tree');
    found.set(oid, parseTree(content, oid.length / 2));
  }
  return found;
};

export const untold = ({ label }: SourceAddress, why: string): SyncError =>
  new SourceUnavailableError(`${label}: it does not tell what has changed: ${why}`);
