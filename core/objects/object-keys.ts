import { JobId } from '../contract/ids.ts';
import type { JobRecord } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import type { PageRef } from '../manifest/pages/paged-set.ts';

/** Where a job's objects stand. The prefix is removed when the job's work is published, or by the next job. */
export const jobKeys = ({ repository_id, job_id }: Pick<JobRef, 'repository_id' | 'job_id'>) => {
  const prefix = `${jobsPrefix(repository_id)}${job_id}/`;
  return {
    prefix,
    /** Written when the leftovers of earlier jobs are gone: a resumed job must not sweep what it has written itself. */
    swept: `${prefix}swept`,
    pull: `${prefix}pull.json`,
    tree: (branch: number) => `${prefix}tree/${branch}.zst`,
    treeChanges: (branch: number) => `${prefix}tree-changes/${branch}.zst`,
    /** Contents that a branch's changes came with: see core/sync/sent-blobs.ts. */
    sent: (branch: number) => `${prefix}sent/${branch}.zst`,
    diff: `${prefix}diff.json`,
    /** What may have changed in a branch, before it is known what its blobs are: see core/manifest/tree-join.ts. */
    changes: (branch: number) => `${prefix}changes/${branch}.zst`,
    /** What changes in a branch's manifest. */
    patch: (branch: number) => `${prefix}patch/${branch}.zst`,
    /** Changes of a large branch's set of blobs, in sorted runs: see core/sync/in-order.ts. */
    runs: (branch: number) => `${prefix}runs/${branch}/`,
    /** Blobs to read: WantedBlob lines. */
    wanted: `${prefix}wanted.zst`,
    /** Blobs that lost a path: `oid TAB chunks` lines. */
    dropped: `${prefix}dropped.zst`,
    /** What the texts of the batches were put into: PackedBatch lines. */
    packed: `${prefix}packed.zst`,
    stage: `${prefix}staged.json`,
    items: `${prefix}items.jsonl`,
    /** Where the Map's ResultWriter writes: see core/workflow/sync.asl.json. */
    mapResults: `${prefix}items.jsonl.map/`,
    batch: (batch: number) => `${prefix}batches/${String(batch).padStart(6, '0')}.jsonl`,
    /** Of a batch of a large job: that it stands, with its pack. See core/sync/stage-batches.ts. */
    standing: (batch: number) => `${prefix}standing/${String(batch).padStart(6, '0')}.json`,
    /** Of batch 0: what stage itself decided. */
    result: (batch: number) => `${prefix}results/${String(batch).padStart(6, '0')}.jsonl`,
    results: `${prefix}results/`,
    /** What an import takes over: see core/sync/import-snapshot.ts. */
    snapshot: `${prefix}snapshot.zst`,
    /** The pages of blobs that it has put, each by its name. */
    taken: `${prefix}taken/`,
    takenPage: (page: string) => `${prefix}taken/${page}.zst`,
    pageTaken: (key: string) => key.slice(`${prefix}taken/`.length, -'.zst'.length),
    /** Words of rows that it has put, where the index keeps them apart: they are merged before the publish. */
    words: `${prefix}words/`,
  };
};

export const jobsPrefix = (repositoryId: string): string => `repositories/${repositoryId}/jobs/`;
export const repositoryPrefix = (repositoryId: string): string => `repositories/${repositoryId}/`;

export const allManifestsPrefix = (repositoryId: string): string => `${repositoryPrefix(repositoryId)}manifests/`;

/** Where the manifests stand that a job has written. */
export const manifestsPrefix = ({ repository_id, job_id }: Pick<JobRef, 'repository_id' | 'job_id'>): string =>
  `${allManifestsPrefix(repository_id)}${job_id}/`;

export const allPagesPrefix = (repositoryId: string): string => `${repositoryPrefix(repositoryId)}pages/`;

/** A page of manifests: immutable, named by its text and by the job that wrote it. See "What is removed, and when" in docs/architecture.md. */
export const pageKey = (repositoryId: string, { writer, name }: Pick<PageRef, 'writer' | 'name'>): string =>
  `${allPagesPrefix(repositoryId)}${writer}/${name}.zst`;

export const allPacksPrefix = (repositoryId: string): string => `${repositoryPrefix(repositoryId)}packs/`;

/** A pack of texts: immutable, named by what it holds and by the job that wrote it, as a page is. */
export const packKey = (repositoryId: string, { writer, name }: Pick<PageRef, 'writer' | 'name'>): string =>
  `${allPacksPrefix(repositoryId)}${writer}/${name}.zst`;

/** What one job has put into packs. */
export const packsPrefix = ({ repository_id, job_id }: Pick<JobRef, 'repository_id' | 'job_id'>): string =>
  `${allPacksPrefix(repository_id)}${job_id}/`;

/** The filter of a pack: which trigrams and other grams are in it. It is beside the pack, and goes with it. */
export const filterKey = (repositoryId: string, { writer, name }: Pick<PageRef, 'writer' | 'name'>): string =>
  `${allPacksPrefix(repositoryId)}${writer}/${name}.trigrams.zst`;

export const allWordsPrefix = (repositoryId: string): string => `${repositoryPrefix(repositoryId)}words/`;

/** A committed manifest's root: immutable, named by the job that wrote it. */
export const manifestKey = (job: JobRef, branch: number): string => `${manifestsPrefix(job)}${branch}.zst`;

/** The `.gitattributes` of a committed manifest's tree, named by their fingerprint: they change seldom, and are needed whole. */
export const attributesKey = (repositoryId: string, fingerprint: string): string =>
  `${repositoryPrefix(repositoryId)}attributes/${fingerprint}.json`;

/** The day that a job's ledger is stored under: its creation's, in UTC. */
export const ledgerDay = (createdAt: string): string => createdAt.slice(0, 10);

export const ledgersPrefix = (repositoryId: string): string => `${repositoryPrefix(repositoryId)}ledgers/`;

/** Where the ledger of a job stands: by its day, so that old ones are found without looking at the others. */
export const ledgerPrefix = (job: Pick<JobRecord, 'repository_id' | 'job_id' | 'created_at'>): string =>
  `${ledgersPrefix(job.repository_id)}${ledgerDay(job.created_at)}/${job.job_id}/`;

/** A part of a ledger: the files of one outcome, JobFile lines. */
export const ledgerKey = (prefix: string, outcome: string, part: number): string =>
  `${prefix}${outcome}/${String(part).padStart(6, '0')}.zst`;

export const allGarbagePrefix = (repositoryId: string): string => `${repositoryPrefix(repositoryId)}garbage/`;

/** Blobs that a publish left without a path; removed by the next job, which holds the lock. */
export const garbageKey = (job: Pick<JobRef, 'repository_id' | 'job_id'>): string =>
  `${allGarbagePrefix(job.repository_id)}${job.job_id}.zst`;

/** The job that an object of a repository belongs to, and the prefix of its objects of that kind; null where the key names none. */
export const jobOfKey = (
  repositoryId: string,
  key: string,
): { readonly prefix: string; readonly job: JobId } | null => {
  const found = /^(?:(?:jobs|manifests|pages|packs|words|ledgers\/[^/]+)\/([^/]+)\/|garbage\/([^/]+)\.zst$)/.exec(
    key.slice(repositoryPrefix(repositoryId).length),
  );
  const job = JobId.safeParse(found?.[1] ?? found?.[2]);
  return found === null || !job.success ? null : { prefix: repositoryPrefix(repositoryId) + found[0], job: job.data };
};
