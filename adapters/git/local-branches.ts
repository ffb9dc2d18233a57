import { join } from 'node:path';
import { BranchName, Oid } from '../../core/contract/ids.ts';
import { findLocalRepository, type LocalRepository, readIfThere } from './local-repository.ts';
import type { SourceAddress } from './source-address.ts';

/** A local source, and those of the commits asked for that its branches do not point to (any more). */
interface FoundHeads {
  readonly repository: LocalRepository;
  readonly moved: readonly string[];
}

/**
 * The local repository of a source, when all these branches are found in it, under ids of the same hash. Null: the source
 * is fetched from, and git says what is wrong with it.
 */
export const findWithBranches = async (
  { path }: SourceAddress,
  heads: readonly { readonly branch: string; readonly commit: string }[],
): Promise<FoundHeads | null> => {
  // A name becomes a part of a path below.
  if (path === null || !heads.every(({ branch }) => BranchName.safeParse(branch).success)) return null;
  const repository = await findLocalRepository(path);
  if (repository === null) return null;
  const found = await readLocalBranches(
    repository,
    heads.map(({ branch }) => branch),
  );
  if (!heads.every(({ branch, commit }) => found.get(branch)?.length === commit.length)) return null;
  const moved = heads.filter(({ branch, commit }) => found.get(branch) !== commit);
  return { repository, moved: moved.map(({ commit }) => commit) };
};

/**
 * The commits that branches of a local repository point to, read from its files. A branch that is not found so, or points
 * to another one, is absent: git has to say what that is.
 */
const readLocalBranches = async (
  { commonDir }: LocalRepository,
  branches: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const commits = new Map<string, string>();
  let packedRefs: string | null = null;
  for (const branch of new Set(branches)) {
    const loose = await readText(join(commonDir, 'refs', 'heads', branch));
    if (loose === '') packedRefs ??= await readText(join(commonDir, 'packed-refs'));
    const oid = loose === '' ? packedCommit(packedRefs ?? '', `refs/heads/${branch}`) : loose.trimEnd();
    if (Oid.safeParse(oid).success) commits.set(branch, oid);
  }
  return commits;
};

/** What cannot be read is as good as absent here. */
const readText = (path: string): Promise<string> => readIfThere(path).catch(() => '');

/** The id before a name in `packed-refs`; empty when the name is not there. Names hold neither space nor newline. */
const packedCommit = (packedRefs: string, name: string): string => {
  const at = packedRefs.indexOf(` ${name}\n`);
  return packedRefs.slice(packedRefs.lastIndexOf('\n', at) + 1, Math.max(at, 0));
};
