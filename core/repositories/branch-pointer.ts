import type { BranchPointer, RepositoryRecord } from '../contract/records.ts';
import { defaultBranchOf } from '../domain/default-branch.ts';
import { own } from '../domain/own.ts';

/** The branch (null: the default branch, which is not known) has no index. */
export interface NotIndexed {
  readonly kind: 'not-indexed';
  readonly branch: string | null;
  /** Whether the request named it. */
  readonly asked: boolean;
  /** Branches that have one, by name. */
  readonly indexed: readonly string[];
}

export type FoundPointer =
  | { readonly kind: 'indexed'; readonly branch: string; readonly pointer: BranchPointer }
  | NotIndexed;

/**
 * The branch that is asked for. Without one: the default branch, and never another one in its place; where none is known and one branch alone is
 * indexed, that one.
 */
export const pointerOf = ({ branches, ...repository }: RepositoryRecord, asked: string | undefined): FoundPointer => {
  const indexed = Object.keys(branches).sort();
  const branch = asked ?? defaultBranchOf(repository) ?? (indexed.length === 1 ? (indexed[0] as string) : null);
  const pointer = branch === null ? undefined : own(branches, branch);
  return branch === null || pointer === undefined
    ? { kind: 'not-indexed', branch, asked: asked !== undefined, indexed }
    : { kind: 'indexed', branch, pointer };
};
