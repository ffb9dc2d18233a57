import type { RepositoryRecord } from '../contract/records.ts';
import type { Source } from '../ports/git-source.ts';

/** What a repository is read from. Its credential is used in the owner's name, no matter who asked for the sync. */
export const sourceOf = ({ owner, source }: Pick<RepositoryRecord, 'owner' | 'source'>): Source => ({
  url: source.url,
  owner,
  ...(source.credential === undefined ? {} : { credential: { name: source.credential, user: owner } }),
});
