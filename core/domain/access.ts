import { own } from './own.ts';

/** What a user may do with a repository; each role includes the ones before it. */
export const roles = ['read', 'write', 'owner'] as const;
export type RoleName = (typeof roles)[number];

interface Shared {
  readonly owner: string;
  readonly grants: Readonly<Record<string, RoleName>>;
}

/** The user's role; null: none. The one who registered the repository is its owner. */
export const roleOf = (repository: Shared, user: string): RoleName | null =>
  repository.owner === user ? 'owner' : (own(repository.grants, user) ?? null);

export const allows = (role: RoleName | null, needed: RoleName): boolean =>
  role !== null && roles.indexOf(role) >= roles.indexOf(needed);
