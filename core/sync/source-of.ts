import type { JobRecord, JobSource, RepositoryRecord } from '../contract/records.ts';
import { isRemote } from '../domain/source-policy.ts';
import type { Source } from '../ports/git-source.ts';

type Registered = Pick<RepositoryRecord, 'owner' | 'source'>;

/** What a repository is read from. Its credential is used in the owner's name, no matter who asked for the sync. */
export const registeredSource = ({ owner, source }: Registered): Source => ({
  url: source.url,
  owner,
  ...(source.credential === undefined ? {} : { credential: { name: source.credential, user: owner } }),
});

/**
 * What a job reads. A remote that a folder's configuration names is read for no owner: what only the operator could register does
 * not make another path theirs to read.
 */
export const sourceOf = (repository: Registered, job: Pick<JobRecord, 'source'>): Source => {
  const registered = registeredSource(repository);
  const remote = folderRemote(repository, job);
  return remote === undefined ? registered : { ...registered, url: remote.url, owner: undefined };
};

/** The remote of the registered folder that a job reads; undefined where it reads the registered source itself. */
export const folderRemote = (
  { source: registered }: Pick<RepositoryRecord, 'source'>,
  { source }: Pick<JobRecord, 'source'>,
): (JobSource & { readonly remote: string }) | undefined =>
  source === undefined || source.remote === null || isRemote(registered.url)
    ? undefined
    : { url: source.url, remote: source.remote };
