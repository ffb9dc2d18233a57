import type { DiffedBranch, DiffFile, PulledBranch, PullFile, WantedBlob } from '../contract/job-files.ts';
import type { BranchPointer, JobRecord, RepositoryRecord } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { EmbedderMismatchError } from '../domain/errors.ts';
import { languageOf } from '../domain/languages.ts';
import { addUnder, own } from '../domain/own.ts';
import { holdsTheSame, oidOfLine, parseManifestLine } from '../manifest/manifest.ts';
import { putLine, removeLine } from '../manifest/manifest-patch.ts';
import { parseBlobLine, pathSet } from '../manifest/pages/manifest-sets.ts';
import { sumOf } from '../manifest/pages/paged-set.ts';
import { lookUp, streamPages } from '../manifest/pages/read-pages.ts';
import {
  type JoinedBlock,
  joinByPath,
  joinChanges,
  type LinePair,
  pairLine,
  parsePair,
  parsePairLine,
} from '../manifest/tree-join.ts';
import { fingerprint } from '../objects/fingerprint.ts';
import { type Manifest, pagesOf } from '../objects/manifests.ts';
import { attributesKey, jobKeys } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import { linesOfBlobs } from './held-blobs.ts';
import { keptManifests } from './kept-manifests.ts';
import type { Pulse } from './pulse.ts';
import { type Change, countRenames, type DiffRules, decide, type KnownBlob, knownFrom } from './rules/file-changes.ts';
import { patternsInEffect, rulesFingerprint } from './rules-in-effect.ts';

type Deps = Pick<Runtime, 'objects' | 'pathRules'>;

/** What is compared: the job's listed trees with the committed manifests of its repository. */
export interface DiffContext {
  readonly job: JobRef;
  readonly repository: RepositoryRecord;
  readonly record: JobRecord;
  readonly pulled: PullFile;
  readonly pulse: Pulse;
}

/** Everything one pass over the branches collects; its size is in proportion to the change. */
export interface Tally {
  /** The generation that is worked on; null: a new one. */
  readonly base: number | null;
  readonly branches: DiffedBranch[];
  readonly counts: DiffFile['counts'];
  readonly wanted: Map<string, WantedBlob>;
  /** Blobs of the base generation that lost a path, or are ignored there from now on, with their chunk counts. */
  readonly dropped: Map<string, number>;
  pendingFiles: number;
  filesTotal: number;
}

/** A listed branch, and the committed manifest that it is compared with. */
interface Comparison {
  readonly index: number;
  readonly branch: PulledBranch;
  readonly listing: Exclude<PulledBranch['listing'], { kind: 'none' }>;
  readonly before: BranchPointer | null;
  /** Whether some of the generation's texts are not kept: then those of the branch's files are wanted. */
  readonly textless: boolean;
  /** What `before` points to. */
  readonly committed: Manifest | null;
  readonly rules: string;
  readonly attributes: string;
}

/**
 * Compares each branch and leaves a patch of its manifest. In two passes: what is at another place than before is looked up
 * among the blobs of all branches, and that look-up is for those few only.
 *
 * @param base the generation that is worked on; null: nothing of what there is counts.
 */
export const diffBranches = async (deps: Deps, context: DiffContext, base: number | null): Promise<Tally> => {
  const { job, repository, record, pulled } = context;
  const tally: Tally = {
    base,
    branches: [],
    counts: { added: 0, modified: 0, deleted: 0, renamed: 0, unchanged: 0, indexed: 0, skipped_by_reason: {} },
    wanted: new Map(),
    dropped: new Map(),
    pendingFiles: 0,
    filesTotal: 0,
  };
  const rules = await rulesFingerprint(repository, record.options);
  const comparisons: Comparison[] = [];
  const textless = Object.values(repository.branches).some(
    ({ generation, contents }) => generation === base && contents !== true,
  );
  for (const [index, branch] of pulled.branches.entries()) {
    if (branch.listing.kind === 'none') continue;
    const pointer = own(repository.branches, branch.name);
    const before = pointer !== undefined && pointer.generation === base ? pointer : null;
    const attributes = await fingerprint(branch.attributes);
    if (branch.listing.kind === 'tree' && record.options.dry_run === true) {
      // What only a publish points to is not written.
    } else if (branch.listing.kind === 'tree')
      await deps.objects.putText(attributesKey(job.repository_id, attributes), JSON.stringify(branch.attributes));
    else if (before === null)
      throw new EmbedderMismatchError('embedder or chunker have changed since the pull: the whole tree is needed now');
    const committed =
      before === null ? null : await keptManifests(deps.objects, job.repository_id).open(before.manifest_key);
    comparisons.push({ index, branch, listing: branch.listing, before, textless, committed, rules, attributes });
  }
  const moved = new Set<string>();
  if (base !== null) for (const comparison of comparisons) await keepChanges(deps, context, comparison, moved, tally);
  const known = base === null ? new Map() : await knownBlobs(deps, context, base, moved, comparisons);
  for (const comparison of comparisons) await writePatch(deps, context, comparison, known, tally);
  const { added, modified, deleted, renamed } = tally.counts;
  tally.filesTotal = added + modified + deleted + renamed;
  return tally;
};

/** First pass: what may have changed goes to the object store, its blobs into `moved`. */
const keepChanges = async (
  deps: Deps,
  { job, pulse, record }: DiffContext,
  comparison: Comparison,
  moved: Set<string>,
  tally: Tally,
): Promise<void> => {
  async function* blocks(): AsyncGenerator<readonly string[]> {
    for await (const { same, pairs } of compared(deps, comparison, record)) {
      tally.counts.unchanged += same;
      for (const { before, after } of pairs)
        if (after !== null && mayBeNewHere(before, after)) moved.add(oidOfLine(after));
      yield pairs.map(pairLine);
      await pulse.check();
    }
  }
  await deps.objects.putLines(jobKeys(job).changes(comparison.index), blocks());
};

/** Whether the path's blob may be put: then what its rows name already must be known. */
const mayBeNewHere = (before: string | null, after: string): boolean =>
  before === null || oidOfLine(before) !== oidOfLine(after) || parseManifestLine(before).outcome !== 'indexed';

/** The committed manifest beside what is listed. */
const compared = (deps: Deps, comparison: Comparison, record: JobRecord): AsyncIterable<JoinedBlock> => {
  const { committed, listing } = comparison;
  const listed = deps.objects.getLines(listing.key);
  if (committed === null) return joinByPath(nothing(), listed, () => false);
  const pages = pagesOf(committed, pathSet);
  return listing.kind === 'tree'
    ? joinByPath(streamPages(pages, committed.read), listed, sameLines(comparison, record))
    : joinChanges(sumOf(pages).lines, (paths) => lookUp(pathSet, pages, paths, committed.read), listed);
};

async function* nothing(): AsyncGenerator<never> {}

/**
 * Under the rules that the manifest was made with, an entry whose blob and mode are the same has the same outcome, but for a
 * failed one that is to be tried again. Under other rules nothing is sure.
 */
const sameLines = (
  { before, textless, rules, attributes }: Comparison,
  record: JobRecord,
): ((manifest: string, tree: string) => boolean) => {
  if (textless || before?.rules !== rules || before.attributes !== attributes) return () => false;
  if (record.trigger !== 'retry') return holdsTheSame;
  return (manifest, tree) => holdsTheSame(manifest, tree) && parseManifestLine(manifest).outcome !== 'failed';
};

/** What the generation's committed manifests, of every branch, teach about these blobs. */
const knownBlobs = async (
  deps: Deps,
  { repository, pulse, job }: DiffContext,
  generation: number,
  oids: ReadonlySet<string>,
  comparisons: readonly Comparison[],
): Promise<ReadonlyMap<string, KnownBlob>> => {
  const known = new Map<string, KnownBlob>();
  if (oids.size === 0) return known;
  for (const pointer of Object.values(repository.branches)) {
    if (pointer.generation !== generation) continue;
    const opened = comparisons.find(({ before }) => before?.manifest_key === pointer.manifest_key)?.committed;
    const manifest = opened ?? (await keptManifests(deps.objects, job.repository_id).open(pointer.manifest_key));
    for await (const { oid, lines } of linesOfBlobs(manifest, oids, pulse))
      for (const line of lines) {
        const blob = knownFrom(parseBlobLine(line));
        const others = known.get(oid);
        known.set(oid, others === undefined ? blob : { ...blob, languages: blob.languages.union(others.languages) });
      }
  }
  return known;
};

/** Second pass: decides each change, and leaves the branch's patch, with what is not known yet as `pending`. */
const writePatch = async (
  deps: Deps,
  context: DiffContext,
  comparison: Comparison,
  known: ReadonlyMap<string, KnownBlob>,
  tally: Tally,
): Promise<void> => {
  const { repository, record, job, pulse } = context;
  const { branch, before, textless, index, rules, attributes } = comparison;
  const patch_key = jobKeys(job).patch(index);
  const diffRules: DiffRules = {
    skipByPath: deps.pathRules.compile(patternsInEffect(repository, record.options), branch.attributes),
    encodingOf: deps.pathRules.encodings(branch.attributes),
    known: (oid) => known.get(oid),
    retryFailed: record.trigger === 'retry',
  };
  const renames = { deleted: new Map<string, number>(), added: new Map<string, number>() };
  async function* blocks(): AsyncGenerator<readonly string[]> {
    for await (const pairs of changedPairs(deps, context, comparison, tally.base)) {
      const lines: string[] = [];
      for (const pair of pairs) {
        const change = decide(parsePair(pair), diffRules);
        const line = patchLine(change);
        if (line !== null) lines.push(line);
        count(tally, renames, change, before !== null, diffRules);
        if (textless) wantText(tally.wanted, change, diffRules);
      }
      yield lines;
      await pulse.check();
    }
  }
  await deps.objects.putLines(patch_key, blocks());
  const moves = countRenames(renames.deleted, renames.added);
  tally.counts.renamed += moves;
  tally.counts.deleted -= moves;
  tally.counts.added -= moves;
  tally.branches.push({
    name: branch.name,
    commit: branch.commit,
    patch_key,
    base: before,
    rules,
    attributes,
    contents: true,
  });
};

/** Without a base there was no first pass: the whole tree is new. */
async function* changedPairs(
  deps: Deps,
  { job, record }: DiffContext,
  comparison: Comparison,
  base: number | null,
): AsyncGenerator<readonly LinePair[]> {
  if (base === null) for await (const { pairs } of compared(deps, comparison, record)) yield pairs;
  else
    for await (const lines of deps.objects.getLines(jobKeys(job).changes(comparison.index)))
      yield lines.map(parsePairLine);
}

const patchLine = ({ kind, entry, before }: Change): string | null => {
  if (kind === 'unchanged') return null;
  return entry === null ? removeLine(before?.path ?? '') : putLine(entry);
};

const count = (
  tally: Tally,
  renames: { readonly deleted: Map<string, number>; readonly added: Map<string, number> },
  { kind, entry, before }: Change,
  hasBefore: boolean,
  rules: DiffRules,
): void => {
  const { counts } = tally;
  counts[kind] += 1;
  if (before !== null && before.outcome === 'indexed' && (before.oid !== entry?.oid || entry.outcome === 'skipped'))
    tally.dropped.set(before.oid, before.chunks);
  if (kind === 'deleted') increment(renames.deleted, before?.oid ?? '');
  if (entry === null || kind === 'unchanged') return;
  if (kind === 'added' && hasBefore) increment(renames.added, entry.oid);
  if (entry.outcome === 'pending') {
    tally.pendingFiles += 1;
    want(tally.wanted, entry, before, rules);
  } else if (entry.outcome === 'indexed') counts.indexed += 1;
  else if (entry.outcome === 'skipped') addUnder(counts.skipped_by_reason, entry.reason, 1);
};

const want = (
  wanted: Map<string, WantedBlob>,
  entry: { oid: string; path: string },
  before: { oid: string; outcome: string; chunks: number } | null,
  rules: DiffRules,
): void => {
  const { oid, path } = entry;
  const language = languageOf(path);
  const already = wanted.get(oid);
  if (already !== undefined && !already.text_only) {
    already.files += 1;
    if (language !== null && !already.languages.includes(language)) already.languages.push(language);
    return;
  }
  const known = rules.known(oid);
  const lender = known === undefined ? before : { oid, outcome: known.outcome, chunks: known.chunks };
  const previous = lender?.outcome === 'indexed' ? { oid: lender.oid, chunks: lender.chunks } : null;
  const languages = new Set<string>(known?.languages);
  if (language !== null) languages.add(language);
  const encoding = rules.encodingOf(path) ?? undefined;
  wanted.set(oid, { oid, path, files: 1, previous, languages: [...languages], encoding });
};

/** Of a file that is in the index, and needs no more than to be read once more. */
const wantText = (wanted: Map<string, WantedBlob>, { entry }: Change, rules: DiffRules): void => {
  if (entry?.outcome !== 'indexed' || wanted.has(entry.oid)) return;
  const { oid, path } = entry;
  const encoding = rules.encodingOf(path) ?? undefined;
  wanted.set(oid, { oid, path, files: 0, text_only: true, previous: null, languages: [], encoding });
};

const increment = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
