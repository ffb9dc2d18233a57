import type { DiffFile } from '../contract/job-files.ts';
import type { BranchPointer, Leftover, RepositoryRecord } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { own } from '../domain/own.ts';
import { oidOfLine } from '../manifest/manifest.ts';
import { mapAhead } from '../manifest/pages/map-ahead.ts';
import { PAGES_AT_ONCE } from '../manifest/pages/paged-set.ts';
import type { Manifest } from '../objects/manifests.ts';
import { garbageKey, jobKeys } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import { withoutHeld } from './held-blobs.ts';
import { keptManifests } from './kept-manifests.ts';
import type { Pulse } from './pulse.ts';
import { namedPages, namedWords } from './unnamed-pages.ts';

type Deps = Pick<Runtime, 'objects'>;

/** The committed manifests of the branches that are in the generation, by their keys. */
export const openManifests = async (
  deps: Deps,
  { repository_id, branches }: RepositoryRecord,
  generation: number,
): Promise<Map<string, Manifest>> => {
  const pointers = Object.values(branches).filter((pointer) => pointer.generation === generation);
  const kept = keptManifests(deps.objects, repository_id);
  const opened = mapAhead(pointers, PAGES_AT_ONCE, async ({ manifest_key: key }) => {
    return [key, await kept.open(key)] as const;
  });
  return new Map(await Array.fromAsync(opened));
};

/** Generations and manifests that no branch points to after the flip. */
export const obsoleteObjects = (
  repository: RepositoryRecord,
  branches: Readonly<Record<string, BranchPointer>>,
  generation: number,
  removed: readonly string[],
): readonly Leftover[] => {
  const pointers = Object.values(branches);
  const generations = new Set([...Object.keys(repository.generations).map(Number), generation]);
  const unused = [...generations].filter((number) => !pointers.some((pointer) => pointer.generation === number));
  const manifests = Object.values(without(repository.branches, removed))
    .map((pointer) => pointer.manifest_key)
    .filter((key) => !pointers.some((pointer) => pointer.manifest_key === key));
  return [
    ...unused.map((number) => ({ kind: 'generation' as const, generation: number })),
    ...manifests.map((prefix) => ({ kind: 'objects' as const, prefix })),
  ];
};

/**
 * Keys of the pages that no branch's root names after the flip. They need no record: should they not be removed, the next job's sweep finds
 * them. Those of a removed branch stay until that job has read what they hold.
 *
 * @param manifests what this step has opened or written.
 */
export const pagesLeft = async (
  deps: Deps,
  { repository_id, branches }: RepositoryRecord,
  after: Readonly<Record<string, BranchPointer>>,
  removed: readonly string[],
  manifests: ReadonlyMap<string, Manifest>,
): Promise<readonly string[]> => {
  const before = Object.values(without(branches, removed));
  const stay = Object.values(after);
  const left = before.filter(({ manifest_key }) => !stay.some((pointer) => pointer.manifest_key === manifest_key));
  if (left.length === 0) return [];
  const gone = await namedPages(deps, repository_id, left, manifests);
  const kept = [...stay, ...removed.flatMap((name) => own(branches, name) ?? [])];
  const named = await namedPages(deps, repository_id, kept, manifests);
  return gone === null || named === null ? [] : [...gone].filter((key) => !named.has(key));
};

/** Keys of what the generations' words had before the flip and none has after it. As with pages, what is not removed is found by the next sweep. */
export const wordsLeft = async (
  deps: Deps,
  { repository_id, generations }: RepositoryRecord,
  after: Readonly<Record<string, BranchPointer>>,
  settled: { readonly number: number; readonly words: string | undefined },
): Promise<readonly string[]> => {
  const wordsOf = (number: string): string | undefined =>
    Number(number) === settled.number && settled.words !== undefined ? settled.words : own(generations, number)?.words;
  const stay = new Set(Object.values(after).map(({ generation }) => wordsOf(String(generation))));
  const before = Object.values(generations).map(({ words }) => words);
  const left = before.filter((words) => !stay.has(words));
  if (left.every((words) => words === undefined || words === '')) return [];
  const gone = await namedWords(deps, repository_id, left);
  const stays = await namedWords(deps, repository_id, stay);
  return gone === null || stays === null ? [] : [...gone].filter((key) => !stays.has(key));
};

/** A branch that is removed, or moved, leaves its manifest to the next job, which reads in it what may be removed from the index. */
export const removedManifests = (repository: RepositoryRecord, removed: readonly string[]): readonly Leftover[] =>
  removed.flatMap((name) => {
    const pointer = own(repository.branches, name);
    return pointer === undefined
      ? []
      : [{ kind: 'manifest' as const, generation: pointer.generation, key: pointer.manifest_key }];
  });

/**
 * Branches that leave a generation which another branch stays in: their rows there are left over, as those of a removed branch are. A generation that
 * no branch is in any more goes whole.
 */
export const movedBranches = (
  repository: RepositoryRecord,
  branches: Readonly<Record<string, BranchPointer>>,
): readonly string[] => {
  const used = new Set(Object.values(branches).map(({ generation }) => generation));
  return Object.entries(repository.branches).flatMap(([name, { generation }]) => {
    const after = own(branches, name);
    return after !== undefined && after.generation !== generation && used.has(generation) ? [name] : [];
  });
};

export const without = <T>(
  branches: Readonly<Record<string, T>>,
  names: readonly string[],
): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(branches).filter(([name]) => !names.includes(name)));

/** Blobs that lost a path, with the line that the next job is to read; in proportion to the change. */
export const readDropped = async (deps: Deps, job: JobRef): Promise<Map<string, string>> => {
  const dropped = new Map<string, string>();
  for await (const lines of deps.objects.getLines(jobKeys(job).dropped))
    for (const line of lines) dropped.set(oidOfLine(line), line);
  return dropped;
};

/**
 * Lists the blobs that lost their last path: of `dropped`, those that no branch of the generation holds. They are deleted by the next job: a write to the index needs the lock.
 */
export const listGarbage = async (
  deps: Deps,
  job: JobRef,
  found: DiffFile,
  {
    dropped,
    branches,
    manifests,
    pulse,
  }: {
    readonly dropped: Map<string, string>;
    readonly branches: Readonly<Record<string, BranchPointer>>;
    readonly manifests: ReadonlyMap<string, Manifest>;
    readonly pulse: Pulse;
  },
): Promise<readonly Leftover[]> => {
  const checked: string[] = [];
  for (const { generation, manifest_key } of Object.values(branches)) {
    if (generation !== found.generation) continue;
    checked.push(manifest_key);
    const manifest = manifests.get(manifest_key);
    if (manifest !== undefined) await withoutHeld(manifest, dropped, pulse);
  }
  if (dropped.size === 0) return [];
  const key = garbageKey(job);
  await deps.objects.putLines(key, dropped.values());
  return [{ kind: 'blobs', generation: found.generation, key, checked }];
};
