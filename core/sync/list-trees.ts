import { AttributeFiles, type PulledBranch } from '../contract/job-files.ts';
import type { BranchPointer, JobRecord, PullReport, RepositoryRecord } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { SourceNotFoundError, SourceUnavailableError, SourceUnusableError } from '../domain/errors.ts';
import { type TreeEntry, treeLine } from '../manifest/manifest.ts';
import { treePatchLine } from '../manifest/manifest-patch.ts';
import { readJson } from '../objects/json-objects.ts';
import { attributesKey, jobKeys } from '../objects/object-keys.ts';
import type { Snapshot, Source, Visit } from '../ports/git-source.ts';
import type { Runtime } from '../ports/runtime.ts';
import { knownFiles } from './known-files.ts';
import type { PhaseState, Pulse } from './pulse.ts';
import { sentLine } from './sent-blobs.ts';
import { sourceOf } from './source-of.ts';

type Deps = Pick<Runtime, 'objects' | 'git' | 'logger'>;

/** A `.gitattributes` larger than this is not read for rules. */
const ATTRIBUTES_MAX_BYTES = 256 * 1024;

export interface Target {
  readonly branch: string;
  readonly commit: string;
  readonly before: BranchPointer | undefined;
  /** What differs from the committed manifest's tree is all that the diff needs, unless `.gitattributes` differ. */
  readonly comparable: boolean;
  /** The branch's index is in step already: same commit, same rules, same generation. */
  readonly inStep: boolean;
}

export interface ListContext {
  readonly job: JobRef;
  readonly repository: RepositoryRecord;
  readonly record: JobRecord;
  readonly pulse: Pulse;
  readonly state: PhaseState;
  readonly visit: Visit;
}

/** By branch. */
export interface Listed {
  readonly branches: ReadonlyMap<string, PulledBranch>;
  readonly reports: ReadonlyMap<string, PullReport>;
}

type Listing = Pick<PulledBranch, 'listing' | 'attributes' | 'sent'> & { readonly lines: number };

/** Lists what the diff needs of each branch, its changes or its whole tree, and counts its new commits. */
export const listTrees = async (deps: Deps, context: ListContext, targets: readonly Target[]): Promise<Listed> => {
  const { job, repository, record, pulse, state, visit } = context;
  const branches = new Map<string, PulledBranch>();
  const reports = new Map<string, PullReport>();
  const heads = targets.map((target) => ({ ...target, since: sinceOf(target) }));
  const snapshot = await deps.git.open(sourceOf(repository, record), heads, { signal: pulse.signal, visit });
  try {
    for (const [index, target] of targets.entries()) {
      const { branch, commit } = target;
      const { lines, ...listed } =
        (await listChanges(deps, context, snapshot, target, index)) ??
        (await listTree(deps, context, snapshot, target, index));
      branches.set(branch, { name: branch, commit, ...listed });
      reports.set(branch, await report(deps, context, snapshot, target));
      deps.logger.info('tree listed', { ...job, branch, commit, listing: listed.listing.kind, lines });
      state.done = 0.2 + (0.8 * (index + 1)) / targets.length;
    }
  } finally {
    // Beside what is still to be written: to end a conversation with a server, and its processes, takes some 15 ms (measured).
    const closed = snapshot.close();
    closed.catch(() => undefined);
    const { held } = visit;
    visit.held = { close: async () => void (await Promise.all([closed, held?.close()])) };
  }
  return { branches, reports };
};

/**
 * In proportion to the change. Null where the source cannot list the changes, or that is not enough: then the whole tree is read, or fails as it must; it
 * is never taken for "no changes".
 */
const listChanges = async (
  deps: Deps,
  context: ListContext,
  snapshot: Snapshot,
  target: Target,
  index: number,
): Promise<Listing | null> => {
  const { job, repository, pulse } = context;
  const { before, commit, branch } = target;
  const since = sinceOf(target);
  if (since === undefined || before?.attributes === undefined) return null;
  const known = knownFiles(deps, repository.repository_id, before.manifest_key);
  const changes = snapshot.changes(since, commit, known);
  if (changes === null) return null;
  const attributes = await readJson(
    deps.objects,
    attributesKey(repository.repository_id, before.attributes),
    AttributeFiles,
  );
  if (attributes === null) return null;
  let rulesMoved = false;
  const blobs = new Set<string>();
  async function* blocks(): AsyncGenerator<readonly string[]> {
    for await (const block of changes ?? []) {
      rulesMoved ||= block.some(({ path }) => isAttributesPath(path));
      for (const { entry } of block) if (entry?.mode.startsWith('100') && blobs.size <= MOST_SENT) blobs.add(entry.oid);
      yield block.map(treePatchLine);
      await pulse.check();
    }
  }
  const key = jobKeys(job).treeChanges(index);
  try {
    const lines = await deps.objects.putLines(key, blocks());
    if (rulesMoved) return null;
    const sent = await keepSent(deps, context, snapshot, [...blobs], index);
    return { listing: { kind: 'changes', key }, attributes, lines, ...(sent === null ? {} : { sent }) };
  } catch (error) {
    if (!sourceFailures.some((failure) => error instanceof failure)) throw error;
    deps.logger.warn('changes not listed, the whole tree is', { ...job, branch, error: String(error) });
    return null;
  }
};

/** More changed files than this are a matter of their own request. */
const MOST_SENT = 200;
/** What their contents may take together. */
const SENT_MAX_BYTES = 1024 * 1024;

/**
 * Contents of what changed, where the source gives them while it is asked anyway: a small sync's stage then needs no connection of its own. What is not
 * kept here, for whatever reason, stage asks for. Returns where they are kept; null: nowhere.
 */
const keepSent = async (
  deps: Deps,
  { job, record }: ListContext,
  snapshot: Snapshot,
  oids: readonly string[],
  index: number,
): Promise<string | null> => {
  if (oids.length === 0 || oids.length > MOST_SENT || record.options.dry_run === true) return null;
  const lines: string[] = [];
  try {
    for await (const { oid, content } of snapshot.blobs(oids, SENT_MAX_BYTES))
      if (content !== null) lines.push(sentLine(oid, content));
  } catch (error) {
    if (!sourceFailures.some((failure) => error instanceof failure)) throw error;
    deps.logger.warn('contents not sent along', { ...job, error: String(error) });
  }
  if (lines.length === 0) return null;
  const key = jobKeys(job).sent(index);
  await deps.objects.putLines(key, lines);
  return key;
};

/** The commit whose changes are enough; undefined: the whole tree is needed. */
const sinceOf = ({ before, comparable }: Target): string | undefined =>
  comparable && before?.attributes !== undefined ? before.commit : undefined;

/** What git may answer when an old commit is gone, or its objects are. */
const sourceFailures = [SourceUnusableError, SourceUnavailableError, SourceNotFoundError];

const listTree = async (
  deps: Deps,
  { job, repository, record, pulse }: ListContext,
  snapshot: Snapshot,
  { commit }: Target,
  index: number,
): Promise<Listing> => {
  const key = jobKeys(job).tree(index);
  const attributes: TreeEntry[] = [];
  async function* blocks(): AsyncGenerator<readonly string[]> {
    for await (const entries of snapshot.tree(commit)) {
      for (const entry of entries)
        if (entry.mode.startsWith('100') && isAttributesPath(entry.path)) attributes.push(entry);
      yield entries.map(treeLine);
      await pulse.check();
    }
  }
  const lines = await deps.objects.putLines(key, blocks());
  return {
    listing: { kind: 'tree', key },
    attributes: await readAttributes(deps, sourceOf(repository, record), commit, attributes, pulse),
    lines,
  };
};

const isAttributesPath = (path: string): boolean =>
  path.endsWith('.gitattributes') && (path.length === 14 || path.charAt(path.length - 15) === '/');

const readAttributes = async (
  deps: Deps,
  source: Source,
  commit: string,
  entries: readonly TreeEntry[],
  pulse: Pulse,
): Promise<AttributeFiles> => {
  if (entries.length === 0) return [];
  const texts = new Map<string, string>();
  const oids = [...new Set(entries.map((entry) => entry.oid))];
  const options = { signal: pulse.signal, maxBytes: ATTRIBUTES_MAX_BYTES };
  for await (const blob of deps.git.blobs(source, [commit], oids, options))
    if (blob.content !== null) texts.set(blob.oid, new TextDecoder().decode(blob.content));
  return entries.flatMap(({ path, oid }) => {
    const text = texts.get(oid);
    return text === undefined ? [] : [{ path, text }];
  });
};

/** The report of one branch. A count that is not available is null: it never stops a sync. */
const report = async (
  deps: Deps,
  { job, record }: ListContext,
  snapshot: Snapshot,
  target: Target,
): Promise<PullReport> => {
  const { branch, commit, before } = target;
  const base = { remote: record.options.remote, branch, from: before?.commit ?? null, to: commit };
  if (before === undefined) return { ...base, commit_count: null, rewritten: false };
  if (before.commit === commit) return { ...base, commit_count: 0, rewritten: false };
  try {
    const { count, rewritten } = await snapshot.countCommits(before.commit, commit);
    return { ...base, commit_count: count, rewritten };
  } catch (error) {
    deps.logger.warn('commits not counted', { ...job, branch, error: String(error) });
    return { ...base, commit_count: null, rewritten: false };
  }
};
