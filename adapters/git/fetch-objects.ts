import { failureOf } from '../../core/domain/failure-of.ts';
import type { BareRepository } from './bare-repository.ts';
import type { GitSetting } from './git-environment.ts';
import { sourceFailure } from './git-failure.ts';
import type { GitLimits } from './git-limits.ts';
import { GitExitError, runGit } from './git-process.ts';
import { inputLines } from './input-lines.ts';
import type { SourceAddress } from './source-address.ts';

export interface FetchRequest {
  readonly repository: BareRepository;
  readonly address: SourceAddress;
  /** Object ids, references, or refspecs. */
  readonly wants: Iterable<string>;
  readonly filter: 'blob:none' | 'tree:0' | null;
  readonly depth?: number;
  readonly limits: GitLimits;
  readonly signal?: AbortSignal | undefined;
}

export type FetchOutcome =
  /** `filtered`: false when a filter was asked for and the server has none. */
  | { readonly kind: 'fetched'; readonly filtered: boolean }
  /** The server does not have this object. */
  | { readonly kind: 'missing'; readonly oid: string }
  /** The server gives out the heads of its branches only. */
  | { readonly kind: 'unadvertised'; readonly oid: string };

/** Fetches objects by id, in one request. @throws the errors of {@link sourceFailure}, SourceUnusableError when it is too large. */
export const fetchObjects = async (request: FetchRequest): Promise<FetchOutcome> => {
  const { repository, address, limits } = request;
  const tooLarge = (): Error =>
    failureOf('too_large', address.label, { says: `larger than ${limits.packBytes} bytes, the limit` });
  const promisor: GitSetting[] = request.filter === null ? [] : [['remote.origin.promisor', 'true']];
  try {
    const { stderr } = await runGit({
      args: [
        'fetch',
        '--quiet',
        '--no-tags',
        '--no-write-fetch-head',
        '--no-auto-maintenance',
        '--no-recurse-submodules',
        ...(request.depth === undefined ? [] : [`--depth=${request.depth}`]),
        ...(request.filter === null ? [] : [`--filter=${request.filter}`]),
        '--stdin',
        '--',
        'origin',
      ],
      env: repository.environment(address.protocol, [...address.settings, ...promisor]),
      cwd: repository.gitDir,
      input: inputLines(request.wants),
      signal: request.signal,
      timeoutMs: limits.fetchMs,
      silenceMs: limits.fetchSilenceMs,
      watch: async () => ((await repository.packBytes()) > limits.packBytes ? tooLarge() : null),
    });
    if ((await repository.packBytes()) > limits.packBytes) throw tooLarge();
    return { kind: 'fetched', filtered: request.filter !== null && !stderr.includes('filtering not recognized') };
  } catch (error) {
    const refused = error instanceof GitExitError ? refusal(error.stderr) : null;
    if (refused !== null) return refused;
    throw await sourceFailure(error, address);
  } finally {
    await repository.forgetRemote();
  }
};

const refusal = (stderr: string): FetchOutcome | null => {
  const missing = /not our ref ([0-9a-f]{40,64})/.exec(stderr)?.[1];
  if (missing !== undefined) return { kind: 'missing', oid: missing };
  const unadvertised = /unadvertised object ([0-9a-f]{40,64})/.exec(stderr)?.[1];
  return unadvertised === undefined ? null : { kind: 'unadvertised', oid: unadvertised };
};
