import { type PulledBranch, PullFile } from '../contract/job-files.ts';
import type { BranchPointer, JobRecord, PullReport, RepositoryRecord } from '../contract/records.ts';
import type { JobRef, PullOutput } from '../contract/workflow-state.ts';
import { BranchNotFoundError } from '../domain/errors.ts';
import { type TreeEntry, treeLine } from '../domain/manifest.ts';
import { type GenerationPlan, planGeneration } from '../domain/plan-generation.ts';
import { isRemote } from '../domain/source-policy.ts';
import type { RemoteHeads, Snapshot } from '../ports/git-source.ts';
import type { Runtime } from '../ports/runtime.ts';
import { jobKeys } from './job-keys.ts';
import { readJson } from './json-objects.ts';
import { loadJob } from './load-job.ts';
import { inPhase, kept, type PhaseState, type Pulse } from './pulse.ts';
import { rulesFingerprint } from './rules.ts';

type Deps = Pick<Runtime, 'sync' | 'repositories' | 'objects' | 'git' | 'embedder' | 'chunker' | 'clock' | 'logger'>;

/** A `.gitattributes` larger than this is not read for rules. */
const ATTRIBUTES_MAX_BYTES = 256 * 1024;

interface Target {
  readonly branch: string;
  readonly commit: string;
  readonly before: BranchPointer | undefined;
  /** The branch's index is in step already: same commit, same rules, same generation. */
  readonly inStep: boolean;
}

/** Looks where the branches are, and lists the trees of those that moved. A repeated pull keeps the first one's commits. */
export const pull =
  (deps: Deps) =>
  async (job: JobRef): Promise<PullOutput> => {
    const keys = jobKeys(job);
    const done = await readJson(deps.objects, keys.pull, PullFile);
    if (done !== null) return { branches: done.branches.length };
    return inPhase(deps, job, 'pull', async (pulse, state) => {
      const { repository, record } = await loadJob(deps, job);
      const heads = await deps.git.heads(repository.source, { signal: pulse.signal });
      state.done = 0.2;
      const targets = await findTargets(deps, repository, record, heads);
      const moved = targets.filter((target) => !target.inStep);
      const listed = moved.length === 0 ? nothingListed : await listTrees(deps, job, repository, moved, pulse, state);
      const reports = targets.map((target) => listed.reports.get(target.branch) ?? unmoved(record, target));
      kept(await deps.sync.recordPull(job, reports, deps.clock.now()));
      const file: PullFile = {
        branches: targets.map((target) => listed.branches.get(target.branch) ?? inStepBranch(target)),
        default_branch: repository.default_branch ?? heads.defaultBranch,
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
  const plan = planGeneration(repository, record.options, {
    embedder_id: deps.embedder.id,
    dimensions: deps.embedder.dimensions,
    chunker_version: deps.chunker.version,
  });
  const rules = await rulesFingerprint(repository, record.options);
  const names = branchNames(repository, record, heads);
  return names.map((branch) => {
    const before = repository.branches[branch];
    const commit = commitOf(repository, record, heads, branch, before);
    return { branch, commit, before, inStep: isInStep(record, before, commit, rules, plan) };
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
  // Without a pull the remote's news are left for later; there is nothing to leave before the first sync.
  if (!record.options.pull_remote && isRemote(repository.source.url) && before !== undefined) return before.commit;
  const commit = heads.branches.get(branch);
  if (commit === undefined) throw new BranchNotFoundError(`the source has no branch ${branch}`);
  return commit;
};

const isInStep = (
  record: JobRecord,
  before: BranchPointer | undefined,
  commit: string,
  rules: string,
  plan: GenerationPlan,
): boolean =>
  plan.kind === 'incremental' &&
  record.trigger !== 'retry' &&
  before !== undefined &&
  before.commit === commit &&
  before.rules === rules &&
  before.generation === plan.generation;

const inStepBranch = ({ branch, commit }: Target): PulledBranch => ({
  name: branch,
  commit,
  tree_key: null,
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

interface Listed {
  readonly branches: ReadonlyMap<string, PulledBranch>;
  readonly reports: ReadonlyMap<string, PullReport>;
}

const nothingListed: Listed = { branches: new Map(), reports: new Map() };

const listTrees = async (
  deps: Deps,
  job: JobRef,
  repository: RepositoryRecord,
  targets: readonly Target[],
  pulse: Pulse,
  state: PhaseState,
): Promise<Listed> => {
  const branches = new Map<string, PulledBranch>();
  const reports = new Map<string, PullReport>();
  const snapshot = await deps.git.open(repository.source, targets, { signal: pulse.signal });
  try {
    for (const [index, target] of targets.entries()) {
      const key = jobKeys(job).tree(index);
      const attributes: TreeEntry[] = [];
      const files = await deps.objects.putLines(key, treeLines(snapshot, target, attributes, pulse));
      branches.set(target.branch, {
        name: target.branch,
        commit: target.commit,
        tree_key: key,
        attributes: await readAttributes(deps, repository, target.commit, attributes, pulse),
      });
      reports.set(target.branch, await report(deps, job, snapshot, target));
      deps.logger.info('tree listed', { ...job, branch: target.branch, commit: target.commit, files });
      state.done = 0.2 + (0.8 * (index + 1)) / targets.length;
    }
  } finally {
    await snapshot.close();
  }
  return { branches, reports };
};

async function* treeLines(
  snapshot: Snapshot,
  target: Target,
  attributes: TreeEntry[],
  pulse: Pulse,
): AsyncGenerator<string> {
  let seen = 0;
  for await (const entry of snapshot.tree(target.commit)) {
    if (entry.mode.startsWith('100') && /(^|\/)\.gitattributes$/.test(entry.path)) attributes.push(entry);
    yield treeLine(entry);
    if (++seen % 5000 === 0) await pulse.check();
  }
}

const readAttributes = async (
  deps: Deps,
  repository: RepositoryRecord,
  commit: string,
  entries: readonly TreeEntry[],
  pulse: Pulse,
): Promise<{ path: string; text: string }[]> => {
  if (entries.length === 0) return [];
  const texts = new Map<string, string>();
  const oids = [...new Set(entries.map((entry) => entry.oid))];
  const options = { signal: pulse.signal, maxBytes: ATTRIBUTES_MAX_BYTES };
  for await (const blob of deps.git.blobs(repository.source, [commit], oids, options))
    if (blob.content !== null) texts.set(blob.oid, new TextDecoder().decode(blob.content));
  return entries.flatMap(({ path, oid }) => {
    const text = texts.get(oid);
    return text === undefined ? [] : [{ path, text }];
  });
};

/** The report of one branch. A count that cannot be had is null: it never stops a sync. */
const report = async (deps: Deps, job: JobRef, snapshot: Snapshot, target: Target): Promise<PullReport> => {
  const { branch, commit, before } = target;
  const base = { remote: 'origin', branch, from: before?.commit ?? null, to: commit };
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
