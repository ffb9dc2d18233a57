import type { BranchPointer, RepositoryRecord } from '../contract/records.ts';
import { defaultBranchOf } from '../domain/default-branch.ts';
import { own } from '../domain/own.ts';

export type FoundPointer =
  | { readonly branch: string; readonly pointer: BranchPointer }
  /** The branch has no index; null: which one is the default is not known yet. */
  | { readonly branch: string | null; readonly pointer: null };

/** The branch that is asked for, else the default branch; another one is not taken in its place. */
export const pointerOf = (repository: RepositoryRecord, asked: string | undefined): FoundPointer => {
  const branch = asked ?? defaultBranchOf(repository);
  const pointer = branch === null ? undefined : own(repository.branches, branch);
  return branch === null || pointer === undefined ? { branch, pointer: null } : { branch, pointer };
};
