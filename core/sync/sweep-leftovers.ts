import type { JobId } from '../contract/ids.ts';
import { DiffFile, WantedBlob } from '../contract/job-files.ts';
import type { Leftover, RepositoryRecord } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { ObjectMissingError } from '../domain/errors.ts';
import { faultOf } from '../domain/index-fault.ts';
import { blobSet, isIndexedBlob, parseBlobLine } from '../manifest/pages/manifest-sets.ts';
import { streamPages } from '../manifest/pages/read-pages.ts';
import { readJson } from '../objects/json-objects.ts';
import { openManifest, pagesOf } from '../objects/manifests.ts';
import {
  allGarbagePrefix,
  allManifestsPrefix,
  garbageKey,
  jobKeys,
  jobOfKey,
  jobsPrefix,
  manifestsPrefix,
} from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Faults } from './check-index.ts';
import { generationOf } from './generation-of.ts';
import { withoutHeld } from './held-blobs.ts';
import { sweepLedgers } from './ledger.ts';
import { kept, type Pulse } from './pulse.ts';
import { MAX_CHUNKS } from './rules/content-filter.ts';
import { removeUnnamedPages, type SeenManifests } from './unnamed-pages.ts';

type Deps = Pick<Runtime, 'jobs' | 'repositories' | 'objects' | 'index' | 'clock' | 'logger'>;

interface Candidate {
  readonly oid: string;
  readonly chunks: number;
}

/** Blobs deleted in one call to the index. */
const DELETE_AT_ONCE = 1000;

/**
 * Removes from the index what no committed manifest holds: the blobs that the last publishes left without a path, and
 * whatever jobs that failed, were cancelled or died had written. The caller holds the lock, so nothing is added
 * meanwhile; what it cannot finish, the next job does again.
 *
 * @param done what {@link sweepBlobs} has removed.
 */
export const sweepLeftovers =
  (deps: Deps) =>
  async (job: JobRef, pulse: Pulse, seen: SeenManifests, done: ReadonlySet<string>): Promise<void> => {
    const repository = await deps.repositories.get(job.repository_id);
    if (repository === null) return kept('lost');
    for (const leftover of repository.leftovers) {
      if (leftover.kind === 'blobs' && done.has(leftover.key)) continue;
      await pulse.check();
      await removeLeftover(deps, repository, leftover, pulse);
    }
    for (const other of await earlierJobs(deps, job, repository)) {
      await pulse.check();
      await removeJob(deps, repository, other, pulse);
    }
    await removeUnnamedPages(deps, job, repository, pulse, seen);
    await sweepLedgers(deps)(job.repository_id, deps.clock.now(), pulse);
  };

/**
 * Removes the blobs that publishes have found to be without a path, where that takes no look at a manifest, which may turn out to be lost, and the index is as it should be; {@link sweepLeftovers}
 * finds the rest. Rows of a generation whose manifest is lost may go too: it goes whole. Returns the keys of their lists.
 */
export const sweepBlobs = async (
  deps: Deps,
  repository: RepositoryRecord,
  looks: Faults,
  pulse: Pulse,
): Promise<ReadonlySet<string>> => {
  const done = new Set<string>();
  const pointers = Object.values(repository.branches);
  for (const leftover of repository.leftovers) {
    if (leftover.kind !== 'blobs' || looks.get(leftover.generation) !== null) continue;
    const { generation, checked = [] } = leftover;
    if (pointers.some((pointer) => pointer.generation === generation && !checked.includes(pointer.manifest_key)))
      continue;
    await pulse.check();
    await removeLeftover(deps, repository, leftover, pulse);
    done.add(leftover.key);
  }
  return done;
};

const removeLeftover = async (deps: Deps, repository: RepositoryRecord, leftover: Leftover, pulse: Pulse) => {
  switch (leftover.kind) {
    case 'generation':
      return dropIfUnused(deps, repository, leftover.generation);
    case 'objects':
      return deps.objects.delete([leftover.prefix]);
    case 'blobs': {
      const candidates = readCandidates(deps, leftover.key, (line) => {
        const [oid = '', chunks] = line.split('\t');
        return { oid, chunks: Number(chunks) };
      });
      await deleteUnheld(deps, repository, leftover.generation, candidates, pulse, leftover.checked);
      return deps.objects.deleteAll(leftover.key);
    }
    case 'manifest':
      return removeManifest(deps, repository, leftover, pulse);
    default:
      return leftover satisfies never;
  }
};

/** What a dropped branch leaves: its generation, if no other branch is in it, else the blobs that only it held. */
const removeManifest = async (
  deps: Deps,
  repository: RepositoryRecord,
  { generation, key }: Extract<Leftover, { kind: 'manifest' }>,
  pulse: Pulse,
) => {
  if (!(await dropIfUnused(deps, repository, generation)))
    await deleteUnheld(deps, repository, generation, candidatesOf(deps, repository, generation, key), pulse);
  return deps.objects.delete([key]);
};

/** The indexed blobs of a dropped branch, but for those of pages that another branch of the generation has too. */
async function* candidatesOf(
  deps: Deps,
  repository: RepositoryRecord,
  generation: number,
  key: string,
): AsyncGenerator<Candidate> {
  try {
    const dropped = await openManifest(deps.objects, repository.repository_id, key);
    const shared = new Set<string>();
    for (const { manifest_key, generation: other } of Object.values(repository.branches)) {
      if (other !== generation) continue;
      const manifest = await openManifest(deps.objects, repository.repository_id, manifest_key);
      for (const { name } of pagesOf(manifest, blobSet)) shared.add(name);
    }
    const pages = pagesOf(dropped, blobSet).filter(({ name }) => !shared.has(name));
    for await (const lines of streamPages(pages, dropped.read))
      for (const line of lines) if (isIndexedBlob(line)) yield parseBlobLine(line);
  } catch (error) {
    if (!(error instanceof ObjectMissingError)) throw error;
  }
}

/**
 * Job ids of the repository's jobs before this one that still have objects they should not have. One that has lost the lock without
 * knowing it finds the objects of the job after it here too: whose fence is not below ours is left alone, and so are those that a
 * branch points to.
 */
const earlierJobs = async (deps: Deps, job: JobRef, repository: RepositoryRecord): Promise<readonly JobId[]> => {
  const { repository_id } = job;
  const published = publishedJobs(repository);
  const ids = new Set<JobId>();
  for (const prefix of [jobsPrefix, allManifestsPrefix, allGarbagePrefix].map((of) => of(repository_id)))
    for await (const key of deps.objects.list(prefix)) {
      const id = jobOfKey(repository_id, key)?.job;
      if (id === undefined || id === job.job_id) continue;
      if (prefix !== allManifestsPrefix(repository_id) || !published.has(id)) ids.add(id);
    }
  const earlier: JobId[] = [];
  for (const id of ids) {
    // What has expired has ended long ago.
    const fence = (await deps.jobs.get(id))?.job.fence ?? 0;
    if (fence < job.fence) earlier.push(id);
  }
  return earlier;
};

/** Jobs whose manifests a branch points to. */
const publishedJobs = ({ branches, repository_id }: RepositoryRecord): ReadonlySet<string> => {
  const { length } = allManifestsPrefix(repository_id);
  return new Set(Object.values(branches).map(({ manifest_key }) => manifest_key.slice(length).split('/')[0] ?? ''));
};

/** Removes a dead job's objects, and first what it may have put into the index. */
const removeJob = async (deps: Deps, repository: RepositoryRecord, jobId: JobId, pulse: Pulse) => {
  const gone = { repository_id: repository.repository_id, job_id: jobId };
  const keys = jobKeys(gone);
  // Published, and only not tidied up yet: a committed manifest holds what it has put.
  const published = publishedJobs(repository).has(jobId);
  const diff = published ? null : await readJson(deps.objects, keys.diff, DiffFile);
  // A plan has put nothing anywhere, and its number is the next sync's to take: a drop that is late would take that one's index.
  if (diff !== null && diff.plan !== true && !(await dropIfUnused(deps, repository, diff.generation))) {
    // A dead job's chunk counts are not known by blob; the largest count a file can have covers them.
    const candidates = readCandidates(deps, keys.wanted, (line) => ({
      oid: WantedBlob.parse(JSON.parse(line)).oid,
      chunks: MAX_CHUNKS,
    }));
    await deleteUnheld(deps, repository, diff.generation, candidates, pulse);
  }
  if (!published && diff === null) await dropImported(deps, repository, gone);
  // What it wrote for a publish that never was; a garbage list that counts has been worked off before.
  if (!published) {
    await deps.objects.deleteAll(manifestsPrefix(gone));
    await deps.objects.deleteAll(garbageKey(gone));
  }
  await deps.objects.deleteAll(keys.prefix);
};

/** An import puts into its generation before it writes what it has found. */
const dropImported = async (deps: Deps, repository: RepositoryRecord, gone: Omit<JobRef, 'fence'>): Promise<void> => {
  if (!(await deps.objects.exists(jobKeys(gone).snapshot))) return;
  const generation = (await deps.jobs.get(gone.job_id))?.job.generation ?? null;
  if (generation !== null) await dropIfUnused(deps, repository, generation);
};

async function* readCandidates(deps: Deps, key: string, parse: (line: string) => Candidate): AsyncGenerator<Candidate> {
  try {
    for await (const lines of deps.objects.getLines(key)) for (const line of lines) yield parse(line);
  } catch (error) {
    // Swept before, by a job that could not record it.
    if (!(error instanceof ObjectMissingError)) throw error;
  }
}

/**
 * Nothing is deleted from a generation that no branch points to, or with which something is wrong: it goes whole, and until then
 * its index may not even open.
 */
const deleteUnheld = async (
  deps: Deps,
  repository: RepositoryRecord,
  generation: number,
  candidates: AsyncIterable<Candidate>,
  pulse: Pulse,
  /** Manifests that are known to hold none of them: they never change, so there is nothing to look for. */
  checked: readonly string[] = [],
): Promise<void> => {
  const pointers = Object.values(repository.branches).filter((pointer) => pointer.generation === generation);
  if (pointers[0] === undefined || faultOf(repository, pointers[0]) !== null) return;
  const unheld = new Map<string, number>();
  for await (const { oid, chunks } of candidates) unheld.set(oid, chunks);
  if (unheld.size === 0) return;
  for (const { manifest_key } of pointers)
    if (!checked.includes(manifest_key))
      await withoutHeld(await openManifest(deps.objects, repository.repository_id, manifest_key), unheld, pulse);
  const blobs = [...unheld].map(([oid, chunks]) => ({ oid, chunks }));
  for (let i = 0; i < blobs.length; i += DELETE_AT_ONCE) {
    await pulse.check();
    await deps.index.delete(generationOf(repository, generation), blobs.slice(i, i + DELETE_AT_ONCE));
  }
  deps.logger.info('leftover blobs removed', { repository_id: repository.repository_id, blobs: blobs.length });
};

/** Drops a generation that no branch points to; a number is never used twice, so no job can be writing it. */
const dropIfUnused = async (deps: Deps, repository: RepositoryRecord, generation: number): Promise<boolean> => {
  if (Object.values(repository.branches).some((branch) => branch.generation === generation)) return false;
  await deps.index.drop({ repositoryId: repository.repository_id, number: generation });
  return true;
};
