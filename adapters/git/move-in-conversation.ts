import { BranchName } from '../../core/contract/ids.ts';
import { createBareRepository, objectFormatOf } from './bare-repository.ts';
import type { BranchMove, IndexedBranch } from './branch-moves.ts';
import type { CountRequest } from './commit-count.ts';
import { countFrom } from './commit-object.ts';
import { converse, lackOf } from './conversation.ts';
import { fetchPack, type PackOutcome } from './fetch-pack.ts';
import { openObjectReader } from './object-reader.ts';
import { readRemoteHeads } from './remote-heads.ts';
import { asListed } from './visited-source.ts';

/** The commits alone of a look: some ten thousand of them. More are counted step by step, as far as there is time. */
const maxBytes = 4 * 1024 * 1024;

/**
 * Where one branch has moved and by how many commits, asked as the pull asks it: by someone who has the indexed commit. So it is exact in one request, however
 * many they are, where a fetch by name begins anew beyond its first commits.
 * @param followsHead whether HEAD is to name this branch still; it is asked in the same request.
 * @returns Null where the server cannot be asked so, the branch is not there, or HEAD names another; `counted` is null where the server cannot tell.
 */
export const moveInConversation = async (
  request: CountRequest,
  { branch, from }: IndexedBranch,
  followsHead: boolean,
): Promise<BranchMove | null> => {
  const format = objectFormatOf(from);
  // It becomes a part of a line here.
  if (!BranchName.safeParse(branch).success) return null;
  const repository = await createBareRepository(request.tempRoot, format);
  const parts = { ...request, repository };
  const objects = openObjectReader(parts);
  const { headsSilenceMs: silenceMs, headsMs: ms, refBytes } = request.limits;
  const patience = { silenceMs, ms, late: 'no_answer' } as const;
  try {
    const conversation = await converse(parts, patience);
    if (conversation === null) return null;
    try {
      const named = [`ref-prefix refs/heads/${branch}`, ...(followsHead ? ['symrefs', 'ref-prefix HEAD'] : [])];
      const listed = asListed(conversation.ask('ls-refs', named, patience));
      const { branches, defaultBranch } = await readRemoteHeads(listed, refBytes, true);
      const to = branches.get(branch);
      if (to === undefined || (defaultBranch !== null && defaultBranch !== branch)) return null;
      if (to === from) return { to, counted: { count: 0, rewritten: false } };
      if (lackOf(conversation, format) !== null) return { to, counted: null };
      const ask = (done: boolean): Promise<PackOutcome> =>
        fetchPack({ ...parts, conversation }, { wants: [to], haves: [from], filter: 'tree:0', done, maxBytes });
      const first = await ask(false);
      const { kind } = first.kind === 'diverged' ? await ask(true) : first;
      return { to, counted: kind === 'packed' ? await countFrom(objects, from, to) : null };
    } finally {
      await conversation.close();
    }
  } finally {
    await objects.close();
    await repository.remove();
  }
};
