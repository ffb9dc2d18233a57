/** What a git host tells, whichever it is. */
export type PushEvent =
  | { readonly kind: 'ping' }
  | {
      readonly kind: 'push';
      /** The full name, such as `refs/heads/main`. */
      readonly ref: string;
      readonly deleted: boolean;
      /** The source's default branch, as the host says; null when it does not. */
      readonly defaultBranch: string | null;
    }
  | { readonly kind: 'other'; readonly name: string };

export type PushDecision =
  | { readonly kind: 'sync'; readonly branch: string }
  /** An indexed branch is gone, as the host says: the source is to be looked at. */
  | { readonly kind: 'look'; readonly branch: string }
  | { readonly kind: 'pong' }
  | { readonly kind: 'ignore'; readonly reason: string };

interface Indexed {
  readonly default_branch: string | null;
  readonly branches: Readonly<Record<string, unknown>>;
}

/** A push leads to a sync where the branch is used: it is the default branch, or has an index already; so does the end of an indexed branch. */
export const decidePush = (repository: Indexed, event: PushEvent): PushDecision => {
  if (event.kind === 'ping') return { kind: 'pong' };
  if (event.kind === 'other') return { kind: 'ignore', reason: 'not a push' };
  const branch = /^refs\/heads\/(.+)$/.exec(event.ref)?.[1];
  if (branch === undefined) return { kind: 'ignore', reason: 'not a push to a branch' };
  const indexed = Object.hasOwn(repository.branches, branch);
  if (event.deleted)
    return indexed
      ? { kind: 'look', branch }
      : { kind: 'ignore', reason: 'the branch was deleted, and is not indexed' };
  const wanted = (repository.default_branch ?? event.defaultBranch) === branch;
  if (!wanted && !indexed) return { kind: 'ignore', reason: 'the branch is neither the default branch nor indexed' };
  return { kind: 'sync', branch };
};
