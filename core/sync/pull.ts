import { type PulledBranch, PullFile } from '../contract/job-files.ts';
import type {
  AskedBranch,
  BranchPointer,
  CurrentBranch,
  JobRecord,
  PullReport,
  RepositoryRecord,
} from '../contract/records.ts';
import type { JobRef, PullOutput } from '../contract/workflow-state.ts';
import { BranchNotFoundError } from '../domain/errors.ts';
import { faultOf } from '../domain/index-fault.ts';
import { own } from '../domain/own.ts';
import { isRemote } from '../domain/source-policy.ts';
import { readJson } from '../objects/json-objects.ts';
import { jobKeys } from '../objects/object-keys.ts';
import type { RemoteHeads, Visit } from '../ports/git-source.ts';
import type { Runtime } from '../ports/runtime.ts';
import { lostManifests } from './check-index.ts';
import { type ListContext, type Listed, listTrees, type Target } from './list-trees.ts';
import { type LoadedJob, loadJob } from './load-job.ts';
import { inPhase, kept, type PhaseState, type Pulse } from './pulse.ts';
import { recipeInEffect } from './recipe-in-effect.ts';
import { type Asked, askedBranches, followedBranch, noneThere } from './rules/asked-branches.ts';
import { type GenerationPlan, planGeneration } from './rules/plan-generation.ts';
import { goneBranches, sightingsAfter } from './rules/sightings.ts';
import { rulesFingerprint } from './rules-in-effect.ts';
import { folderRemote, registeredSource, sourceOf } from './source-of.ts';

type Deps = Pick<
  Runtime,
  'running' | 'jobs' | 'repositories' | 'objects' | 'git' | 'embedder' | 'chunker' | 'clock' | 'logger'
>;

/**
 * Looks where the branches are, and lists the trees of those that moved. Those that are not there leave the others alone.
 * A repeated pull keeps the first one's commits.
 */
export const pull =
  (deps: Deps) =>
  async (job: JobRef): Promise<PullOutput> => {
    const keys = jobKeys(job);
    const done = await readJson(deps.objects, keys.pull, PullFile);
    if (done !== null) return { branches: done.branches.length };
    const loaded = await loadJob(deps, job);
    const { repository, record } = loaded;
    return inVisit(deps, loaded, async (visit, pulse, state) => {
      for (let look = 1; ; look++) {
        const heads = await headsOf(deps, loaded, pulse, visit);
        state.done = 0.2;
        const seenAt = deps.clock.now();
        const found = await findBranches(deps, repository, record, heads);
        const { targets, branches, current } = found;
        const names = targets.map(({ branch }) => branch);
        const seen = { branches: heads.branches, remote: folderRemote(repository, record)?.remote };
        // A plan looks, and keeps nothing of it.
        const isPlan = record.options.dry_run === true;
        const sightings = isPlan ? null : sightingsAfter(repository, seen, names, seenAt);
        const note = async (reports: readonly PullReport[]): Promise<void> =>
          void kept(
            await deps.running.recordPull(job, { reports, branches, current, sightings, at: deps.clock.now() }),
          );
        tellBranches(deps, job, found);
        if (targets.length === 0 && found.missing.length > 0) {
          await note([]);
          throw new BranchNotFoundError(noneThere(found.missing), { reason: 'branch_missing' });
        }
        const listed = await listMoved(deps, { job, repository, record, pulse, state, visit }, targets, look);
        if (listed === 'gone') continue;
        const reports = targets.map((target) => listed.reports.get(target.branch) ?? unmoved(record, target));
        await note(reports);
        const gone = leavesNews(repository, record)
          ? []
          : goneBranches(repository, seen, defaultsAfter(repository, heads, names));
        const file: PullFile = {
          branches: targets.map((target) => listed.branches.get(target.branch) ?? inStepBranch(target)),
          default_branch: heads.defaultBranch,
          gone: [...new Set([...gone, ...(await lostBranches(deps, repository, names))])],
          reports,
        };
        await deps.objects.putText(keys.pull, JSON.stringify(file));
        return { branches: file.branches.length };
      }
    });
  };

/** The whole step is one visit to the source: what is asked of a server after its heads goes over the same connection. */
const inVisit = <T>(
  deps: Deps,
  loaded: LoadedJob,
  work: (visit: Visit, pulse: Pulse, state: PhaseState) => Promise<T>,
): Promise<T> =>
  inPhase(deps, loaded, 'pull', async (pulse, state) => {
    const visit: Visit = {};
    try {
      return await work(visit, pulse, state);
    } finally {
      await visit.held?.close();
    }
  });

/** Where the branches are now. The HEAD that counts is the registered source's: what a folder's remote names is not what the folder is on. */
const headsOf = async (
  deps: Deps,
  { repository, record }: LoadedJob,
  { signal }: Pulse,
  visit: Visit,
): Promise<RemoteHeads> => {
  const looked = deps.git.heads(sourceOf(repository, record), { signal, visit });
  if (folderRemote(repository, record) === undefined) return looked;
  const [heads, folder] = await Promise.all([looked, deps.git.heads(registeredSource(repository), { signal })]);
  return { ...heads, defaultBranch: folder.defaultBranch ?? heads.defaultBranch };
};

/** At a source whose branches go while they are read: two branches that go one after the other are no failure yet. */
const LOOKS = 3;

/** `gone`: a branch was there when its head was read, and is not any more. */
const listMoved = async (
  deps: Deps,
  context: ListContext,
  targets: readonly Target[],
  look: number,
): Promise<Listed | 'gone'> => {
  const moved = targets.filter((target) => !target.inStep);
  if (moved.length === 0) return nothingListed;
  try {
    return await listTrees(deps, context, moved);
  } catch (error) {
    if (!(error instanceof BranchNotFoundError) || look === LOOKS) throw error;
    deps.logger.warn('a branch is gone since the look, looking again', { ...context.job, error: error.message });
    return 'gone';
  }
};

/** The branches that stay, gone or not: what the user has named, what HEAD names, and what is followed when this job has published. */
const defaultsAfter = (
  repository: RepositoryRecord,
  { defaultBranch }: RemoteHeads,
  published: readonly string[],
): readonly (string | null)[] => {
  const { default_branch, head_branch } = repository;
  const indexed = [...Object.keys(repository.branches), ...published];
  return [default_branch, defaultBranch, followedBranch(head_branch, defaultBranch, indexed) ?? head_branch ?? null];
};

/**
 * Indexed branches of a faulty generation that cannot be read anew. Where manifests are lost, a branch that has its own stays in
 * its generation.
 */
const lostBranches = async (
  deps: Pick<Deps, 'objects'>,
  repository: RepositoryRecord,
  published: readonly string[],
): Promise<readonly string[]> => {
  const lost: string[] = [];
  for (const [name, pointer] of Object.entries(repository.branches)) {
    const fault = faultOf(repository, pointer);
    if (fault === null || published.includes(name)) continue;
    if (fault !== 'manifest_lost' || (await lostManifests(deps, repository.repository_id, [pointer])).length > 0)
      lost.push(name);
  }
  return lost;
};

/** A faulty generation goes whole: what else points to it is made anew with what was asked for. */
const withFaulty = (repository: RepositoryRecord, asked: readonly string[]): ReadonlySet<string> =>
  new Set([
    ...asked,
    ...Object.entries(repository.branches).flatMap(([name, pointer]) =>
      faultOf(repository, pointer) === null ? [] : [name],
    ),
  ]);

interface FoundBranches {
  readonly targets: readonly Target[];
  readonly missing: Asked['branches'];
  readonly branches: readonly AskedBranch[];
  readonly current: CurrentBranch | null;
}

const findBranches = async (
  deps: Deps,
  repository: RepositoryRecord,
  record: JobRecord,
  heads: RemoteHeads,
): Promise<FoundBranches> => {
  const plan = planGeneration(repository, record.options, recipeInEffect(deps));
  const rules = await rulesFingerprint(repository, record.options);
  const pulls = !leavesNews(repository, record);
  const { current, branches: asked } = askedBranches(repository, record.options.branches, heads, pulls);
  const targets = new Map<string, Target>();
  const names = asked.map(({ name }) => name);
  for (const branch of withFaulty(repository, names)) {
    const before = own(repository.branches, branch);
    const head = heads.branches.get(branch);
    // There is nothing to leave before the first sync.
    const commit = pulls || before === undefined ? head : before.commit;
    const holds = stillHolds(record, before, rules, plan);
    const inStep = holds && before?.commit === commit;
    // What needs no reading need not be there.
    if (commit === undefined || (head === undefined && !inStep)) continue;
    // A smart sync may come to read everything after all: it needs the whole tree.
    const comparable = holds && plan.kind === 'incremental' && !plan.smart;
    targets.set(branch, { branch, commit, before, comparable, inStep });
  }
  return {
    targets: [...targets.values()],
    missing: asked.filter(({ name }) => !targets.has(name)),
    branches: asked.map(({ name, ifAbsent }) => {
      const commit = targets.get(name)?.commit ?? null;
      return { name, commit, reason: commit === null ? ifAbsent : null };
    }),
    current,
  };
};

const tellBranches = (deps: Deps, job: JobRef, { current, missing }: FoundBranches): void => {
  if (current !== null && current.moved_from !== null)
    deps.logger.info('the source’s HEAD has moved', { ...job, from: current.moved_from, to: current.branch });
  if (missing.length > 0) deps.logger.warn('branches missing', { ...job, branches: missing.map(({ name }) => name) });
};

/** Without a pull the remote's news are left for later. */
const leavesNews = ({ source }: RepositoryRecord, { options }: JobRecord): boolean =>
  !options.pull_remote && isRemote(source.url);

/** Whether what the committed manifest says of an unchanged file still holds. */
const stillHolds = (
  record: JobRecord,
  before: BranchPointer | undefined,
  rules: string,
  plan: GenerationPlan,
): boolean =>
  plan.kind === 'incremental' &&
  record.trigger !== 'retry' &&
  before !== undefined &&
  before.contents === true &&
  before.rules === rules &&
  before.generation === plan.generation;

const inStepBranch = ({ branch, commit }: Target): PulledBranch => ({
  name: branch,
  commit,
  listing: { kind: 'none' },
  attributes: [],
});

const unmoved = (record: JobRecord, { branch, commit }: Target): PullReport => ({
  remote: record.options.remote,
  branch,
  from: commit,
  to: commit,
  commit_count: 0,
  rewritten: false,
});

const nothingListed: Listed = { branches: new Map(), reports: new Map() };
