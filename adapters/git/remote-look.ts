import { unknownReport } from '../../core/contract/look-remote.ts';
import type { PullReport } from '../../core/contract/records.ts';
import type { RemoteHeads, Source } from '../../core/ports/git-source.ts';
import type { RemoteLook } from '../../core/ports/remote-look.ts';
import { scratchDirectory } from '../system/scratch-directory.ts';
import { unlessAborted } from '../system/unless-aborted.ts';
import { createBareRepository } from './bare-repository.ts';
import { type BranchMove, fetchMoves } from './branch-moves.ts';
import { type CountRequest, countCommits, deepen, firstDepth } from './commit-count.ts';
import { defaultGitLimits, type GitLimits } from './git-limits.ts';
import { listHeads } from './list-heads.ts';
import { moveInConversation } from './move-in-conversation.ts';
import { addressOf, type NativeGitSourceOptions } from './native-git-source.ts';

/** Branches counted at once: each is a git process, and a caller waits. */
const COUNTS_AT_ONCE = 4;

/**
 * {@link RemoteLook} by the native git binary: heads and commit objects, nothing else. The reports fill up while git
 * works; when the budget is used up they are returned as they are, and git is killed in the background.
 */
export const createGitRemoteLook = (options: NativeGitSourceOptions): RemoteLook => {
  const limits: GitLimits = { ...defaultGitLimits, ...options.limits };
  return {
    async look(source, branches, remote, budgetMilliseconds) {
      const reports = branches.map(({ branch, from }) => unknownReport(remote, branch, from));
      const budget = new AbortController();
      const spent = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        budget.abort(new Error('the look’s budget is spent'));
        spent.resolve();
      }, budgetMilliseconds);
      const followed = branches.findIndex(({ branch, head }) => head === true && branch !== 'current');
      const work = fillIn(source, reports, followed, options, { limits, signal: budget.signal });
      // Whatever went wrong, the pull step meets it too, and tells it.
      await Promise.race([work.catch(() => undefined), spent.promise]);
      clearTimeout(timer);
      // `current` may have turned out to be a branch that is named too.
      return reports.filter(({ branch }, at) => reports.findIndex((other) => other.branch === branch) === at);
    },
  };
};

const fillIn = async (
  source: Source,
  reports: PullReport[],
  /** Which of them is for what HEAD named; -1: none. */
  followed: number,
  options: NativeGitSourceOptions,
  { limits, signal }: Pick<CountRequest, 'limits' | 'signal'>,
): Promise<void> => {
  const address = await unlessAborted(addressOf(source, options), signal);
  const context = { tempRoot: options.tempRoot ?? (await scratchDirectory()), limits, signal };
  const list = async (only?: 'HEAD'): Promise<RemoteHeads> => {
    const repository = await createBareRepository(context.tempRoot, 'sha1');
    try {
      return await listHeads(repository, address, limits, signal, only);
    } finally {
      await repository.remove();
    }
  };
  if (await fillInAlone(reports, { ...context, address }, followed === 0)) return;
  // Beside each other: HEAD seldom moves, and a caller waits.
  const [filled, now] = await Promise.all([
    fillInAtOnce(reports, { ...context, address }),
    followed === -1 ? null : list('HEAD').then((heads) => heads.defaultBranch),
  ]);
  const moved = now !== null && now !== reports[followed]?.branch;
  if (filled && !moved) return;
  if (moved) {
    const { remote = 'origin' } = reports[followed] ?? {};
    reports[followed] = reports.find(({ branch }) => branch === now) ?? unknownReport(remote, now, null);
  }
  const heads = await list();
  reports.forEach((report, at) => {
    if (report.to === null) reports[at] = withHead(report, heads);
  });
  await countRest(reports, { ...context, address });
};

/** One branch with an index, as of nearly every look. True when it has been told where it is, and its commits are counted. */
const fillInAlone = async (reports: PullReport[], request: CountRequest, followsHead: boolean): Promise<boolean> => {
  const [report, ...others] = reports;
  if (report === undefined || report.from === null || others.length > 0) return false;
  const move = await moveInConversation(request, { branch: report.branch, from: report.from }, followsHead);
  if (move === null) return false;
  reports[0] = withMove(report, move);
  return move.counted !== null;
};

const withMove = (report: PullReport, { to, counted }: BranchMove): PullReport => ({
  ...report,
  to,
  commit_count: counted?.count ?? null,
  rewritten: counted?.rewritten ?? false,
});

/** The one request that tells everything, where every branch has an index. True when it has told it. */
const fillInAtOnce = async (reports: PullReport[], request: CountRequest): Promise<boolean> => {
  const indexed = reports.flatMap(({ branch, from }) => (from === null ? [] : [{ branch, from }]));
  if (indexed.length < reports.length) return false;
  const moves = await fetchMoves(request, indexed);
  if (moves === null) return false;
  for (const [at, report] of reports.entries()) {
    const move = moves.get(report.branch);
    if (move !== undefined) reports[at] = withMove(report, move);
  }
  // As deep as the one request has looked is not enough.
  await countRest(reports, request, firstDepth * deepen);
  return true;
};

/** Counts what is not counted yet. One branch that cannot be counted takes no other's count away. */
const countRest = async (reports: PullReport[], request: CountRequest, depth = firstDepth): Promise<void> => {
  const left = reports.entries();
  const counter = async (): Promise<void> => {
    for (const [at, report] of left) {
      if (report.from === null || report.to === null || report.commit_count !== null) continue;
      try {
        const { count, rewritten } = await countCommits(request, report.from, report.to, depth);
        reports[at] = { ...report, commit_count: count, rewritten };
      } catch {
        // It stays unknown here; the pull step counts again.
      }
    }
  };
  await Promise.all(Array.from({ length: COUNTS_AT_ONCE }, counter));
};

/** Where the branch is; a branch that is not there stays unknown here, and is an error of the job. */
const withHead = (report: PullReport, heads: RemoteHeads): PullReport => {
  const branch = report.branch === 'current' ? (heads.defaultBranch ?? 'current') : report.branch;
  const to = heads.branches.get(branch) ?? null;
  return { ...report, branch, to, commit_count: to !== null && to === report.from ? 0 : null };
};
