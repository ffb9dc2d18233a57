import { failureOf } from '../../core/domain/failure-of.ts';
import type { CommitCount } from '../../core/ports/git-source.ts';
import { type BareRepository, objectFormatOf } from './bare-repository.ts';
import { ByteReader } from './byte-reader.ts';
import { type CountRequest, readGraph } from './commit-count.ts';
import { countBetween } from './commit-graph.ts';
import { readFailure } from './git-failure.ts';
import { runGit, streamGit } from './git-process.ts';
import { inputLines } from './input-lines.ts';

type Reading = Omit<CountRequest, 'tempRoot' | 'signal'> & { readonly signal: AbortSignal | undefined };

/**
 * Makes sure that a source that is read in place has these commits. Without commits no process is started.
 * @throws SourceUnavailableError
 */
export const requireCommits = async (
  request: Reading & { readonly repository: BareRepository },
  commits: readonly string[],
): Promise<void> => {
  const absent = await firstAbsent(request, request.repository, commits);
  if (absent !== null)
    throw failureOf('commit_gone', request.address.label, {
      says: `a branch has moved, and its commit ${absent} is gone`,
    });
};

/**
 * Counts the commits of `from..to` in a source that is read in place: its history is at hand, and git reads what lies
 * between the two. Of a history that is cut off (a shallow clone) only what is certain is reported.
 */
export const countInPlace = async (
  request: CountRequest,
  repository: BareRepository,
  from: string,
  to: string,
): Promise<CommitCount> => {
  if (from === to) return { count: 0, rewritten: false };
  // A repository that changed its hash shares no commit with what it was.
  if (objectFormatOf(from) !== objectFormatOf(to)) return { count: null, rewritten: true };
  try {
    if (repository.inPlace?.shallow !== '')
      return (
        countBetween(await readGraph(request, repository, [to, from]), from, to) ?? { count: null, rewritten: false }
      );
    const { stdout } = await runGit(
      command(request, repository, ['rev-list', '--count', '--left-right', `${from}...${to}`, '--']),
    );
    const [left, right] = stdout.toString('latin1').split('\t').map(Number);
    return { count: right ?? null, rewritten: left !== 0 };
  } catch (error) {
    const absent = await firstAbsent(request, repository, [to, from]);
    if (absent === from) return { count: null, rewritten: true };
    if (absent === to)
      throw failureOf('commit_gone', request.address.label, { says: `it no longer has the commit ${to}` });
    throw await readFailure(error, request.address.label, repository);
  }
};

/** `--left-right` of the old commit and the new one: an empty line where git cannot count. */
const countLine = /^(\d+)\t(\d+)$/;

/**
 * What git prints of the changes from one commit to another, `diff-tree -r -z`, of a source that is read in place with its whole
 * history. One start counts the commits too, and `counted` learns how many, unless they have to be counted by {@link countInPlace}.
 */
export async function* streamChanges(
  request: Reading,
  repository: BareRepository,
  from: string,
  to: string,
  counted: (count: CommitCount) => void,
): AsyncGenerator<Buffer> {
  const output = new ByteReader(
    streamGit({
      ...command(request, repository, [from, to]),
      script:
        'git rev-list --count --left-right "$1...$2" -- 2>/dev/null || echo; exec git diff-tree -r -z --no-renames --no-abbrev "$1" "$2" --',
    }),
  );
  try {
    const [, left, right] = countLine.exec((await output.line()) ?? '') ?? [];
    if (left !== undefined) counted({ count: Number(right), rewritten: Number(left) !== 0 });
    yield* output.rest();
  } finally {
    await output.close();
  }
}

/** The first of these ids that is no commit of the repository. */
const firstAbsent = async (
  request: Reading,
  repository: BareRepository,
  commits: readonly string[],
): Promise<string | null> => {
  if (commits.length === 0) return null;
  try {
    const { stdout } = await runGit({
      ...command(request, repository, ['cat-file', '--batch-check=%(objecttype)']),
      input: inputLines(commits),
    });
    const types = stdout.toString('latin1').split('\n');
    return commits.find((_, at) => types[at] !== 'commit') ?? null;
  } catch (error) {
    throw await readFailure(error, request.address.label, repository);
  }
};

const command = ({ limits, signal }: Reading, repository: BareRepository, args: readonly string[]) => ({
  args,
  env: repository.environment(null),
  cwd: repository.gitDir,
  signal,
  timeoutMs: limits.processMs,
});
