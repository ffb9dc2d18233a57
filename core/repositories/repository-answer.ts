import type { RepositoryAnswer } from '../contract/api.ts';
import type { RepositoryRecord } from '../contract/records.ts';
import type { RoleName } from '../domain/access.ts';
import { defaultBranchOf } from '../domain/default-branch.ts';
import { healthOf } from '../domain/repository-health.ts';

/** A repository as the API answers it. The source's credential is a name, and only owners see it. */
export const repositoryAnswer = (repository: RepositoryRecord, role: RoleName): RepositoryAnswer => ({
  repository_id: repository.repository_id,
  owner: repository.owner,
  role,
  source: {
    url: repository.source.url,
    ...(role === 'owner' && repository.source.credential !== undefined
      ? { credential: repository.source.credential }
      : {}),
  },
  default_branch: defaultBranchOf(repository),
  follows_head: repository.default_branch === null,
  ignore_patterns: repository.ignore_patterns,
  schedule: repository.schedule,
  deleted_branches: repository.deleted_branches,
  status: repository.lock === undefined ? 'idle' : 'syncing',
  active_job_id: repository.lock?.job_id ?? null,
  last_sync: repository.last_sync ?? null,
  health: healthOf(repository.last_sync?.status ?? null, Object.keys(repository.branches).length),
  index: {
    branches: Object.entries(repository.branches)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { commit, files, chunks, indexed_at }]) => ({ name, commit, files, chunks, indexed_at })),
  },
  created_at: repository.created_at,
  updated_at: repository.updated_at,
});
