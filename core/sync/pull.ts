import { type PulledBranch, PullFile } from '../contract/job-files.ts';
import type { BranchPointer, JobRecord, PullReport, RepositoryRecord } from '../contract/records.ts';
import type { JobRef, PullOutput } from '../contract/workflow-state.ts';
import { BranchNotFoundError } from '../domain/errors.ts';
import { own } from '../domain/own.ts';
import { isRemote } from '../domain/source-policy.ts';
import { readJson } from '../objects/json-objects.ts';
import { jobKeys } from '../objects/object-keys.ts';
import type { RemoteHeads } from '../ports/git-source.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Listed, listTrees, type Target } from './list-trees.ts';
import { loadJob } from './load-job.ts';
import { inPhase, kept } from './pulse.ts';
import { recipeInEffect } from './recipe-in-effect.ts';
import { type GenerationPlan, planGeneration } from './rules/plan-generation.ts';
import { goneBranches, sightingsAfter } from './rules/sightings.ts';
import { rulesFingerprint } from './rules-in-effect.ts';
import { sourceOf } from './source-of.ts';

type Deps = Pick<
  Runtime,
  'running' | 'jobs' | 'repositories' | 'objects' | 'git' | 'embedder' | 'chunker' | 'clock' | 'logger'
>;

/** Looks where the branches are, and lists the trees of those that moved. A repeated pull keeps the first one's commits. */
export const pull =
  (deps: Deps) =>
  async (job: JobRef): Promise<PullOutput> => {
    const keys = jobKeys(job);
    const done = await readJson(deps.objects, keys.pull, PullFile);
    if (done !== null) return { branches: done.branches.length };
    const loaded = await loadJob(deps, job);
    const { repository, record } = loaded;
    return inPhase(deps, loaded, 'pull', async (pulse, state) => {
      const heads = await deps.git.heads(sourceOf(repository), { signal: pulse.signal });
      state.done = 0.2;
      const seenAt = deps.clock.now();
      const targets = await findTargets(deps, repository, record, heads);
      const moved = targets.filter((target) => !target.inStep);
      const listed =
        moved.length === 0 ? nothingListed : await listTrees(deps, { job, repository, pulse, state }, moved);
      const reports = targets.map((target) => listed.reports.get(target.branch) ?? unmoved(record, target));
      const names = targets.map(({ branch }) => branch);
      const sightings = sightingsAfter(repository, heads, names, seenAt);
      kept(await deps.running.recordPull(job, { reports, sightings, at: deps.clock.now() }));
      const default_branch = repository.default_branch ?? heads.defaultBranch;
      const file: PullFile = {
        branches: targets.map((target) => listed.branches.get(target.branch) ?? inStepBranch(target)),
        default_branch,
        gone: leavesNews(repository, record) ? [] : [...goneBranches(repository, heads, [default_branch])],
        reports,
      };
      await deps.objects.putText(keys.pull, JSON.stringify(file));
      return { branches: file.branches.length };
    });
  };

const findTargets = async (
  deps: Deps,
  repository: RepositoryRecord,
  record: JobRecord,
  heads: RemoteHeads,
): Promise<readonly Target[]> => {
  const plan = planGeneration(repository, record.options, recipeInEffect(deps));
  const rules = await rulesFingerprint(repository, record.options);
  const names = branchNames(repository, record, heads);
  return names.map((branch) => {
    const before = own(repository.branches, branch);
    const commit = commitOf(repository, record, heads, branch, before);
    const holds = stillHolds(record, before, rules, plan);
    // A smart sync may come to read everything after all: it needs the whole tree.
    const comparable = holds && plan.kind === 'incremental' && !plan.smart;
    return { branch, commit, before, comparable, inStep: holds && before?.commit === commit };
  });
};

/** The branches asked for, `current` resolved, each once. An empty repository has none, and that is no error. */
const branchNames = (repository: RepositoryRecord, record: JobRecord, heads: RemoteHeads): readonly string[] => {
  const current = repository.default_branch ?? heads.defaultBranch;
  const named = record.options.branches.filter((name) => name !== 'current');
  if (heads.branches.size === 0 && named.length === 0) return [];
  if (record.options.branches.includes('current')) {
    if (current === null)
      throw new BranchNotFoundError('the source has no default branch (its HEAD is detached): name a branch');
    named.unshift(current);
  }
  return [...new Set(named)];
};

const commitOf = (
  repository: RepositoryRecord,
  record: JobRecord,
  heads: RemoteHeads,
  branch: string,
  before: BranchPointer | undefined,
): string => {
  // There is nothing to leave before the first sync.
  if (leavesNews(repository, record) && before !== undefined) return before.commit;
  const commit = heads.branches.get(branch);
  if (commit === undefined) throw new BranchNotFoundError(`the source has no branch ${branch}`);
  return commit;
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
