import { failureOf } from '../../core/domain/failure-of.ts';
import type { RemoteHeads } from '../../core/ports/git-source.ts';
import type { BareRepository } from './bare-repository.ts';
import { sourceFailure } from './git-failure.ts';
import type { GitLimits } from './git-limits.ts';
import { type GitCommand, runGit, streamGit } from './git-process.ts';
import { readRemoteHeads } from './remote-heads.ts';
import type { SourceAddress } from './source-address.ts';

/** Where the branches of a source are; `only`: just what HEAD names, at less cost. @throws the errors of {@link sourceFailure}. */
export const listHeads = async (
  repository: BareRepository,
  address: SourceAddress,
  limits: GitLimits,
  signal: AbortSignal | undefined,
  only?: 'HEAD',
): Promise<RemoteHeads> => {
  const command: GitCommand = {
    args: ['ls-remote', '--quiet', '--symref', '--', 'origin', ...(only === undefined ? [] : [only])],
    env: repository.environment(address.protocol, address.settings),
    cwd: repository.gitDir,
    signal,
    timeoutMs: limits.headsMs,
    silenceMs: limits.headsSilenceMs,
  };
  try {
    const heads = await readRemoteHeads(streamGit(command), limits.refBytes, only === 'HEAD');
    if (only !== undefined) return heads;
    if (heads.branches.size === 0 && address.protocol !== 'file') await requireGitServer(command, address);
    return heads;
  } catch (error) {
    throw await sourceFailure(error, address, 'no_answer');
  }
};

/**
 * Git takes any page (a login form, say) for a file server's empty list of references. Before "no branches" is believed,
 * the server must have spoken git's protocol.
 */
const requireGitServer = async (command: GitCommand, address: SourceAddress): Promise<void> => {
  const { stderr } = await runGit({ ...command, env: { ...command.env, GIT_TRACE_PACKET: '1' } });
  if (!/packet: .*< (?:# service=git-upload-pack|version \d)/.test(stderr)) throw failureOf('not_git', address.label);
};
