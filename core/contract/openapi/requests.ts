import { CreateRepository, PutGrant, UpdateRepository } from '../api.ts';
import { GithubPush, GitlabPush } from '../push-hooks.ts';
import { SyncOptions } from '../sync-options.ts';
import { type NamedSchema, named } from './schemas.ts';
import { importRequest } from './snapshot-answers.ts';

const ignore = 'Patterns as in a .gitignore file: what they match is not indexed.';
const schedule =
  'When it syncs by itself: a cron expression of five fields, in UTC. While another sync runs its own waits for the end of that. Null: never.';

const deletedBranches =
  'What a sync does with the index of a branch that the source has deleted: `drop` removes it, `keep` leaves it searchable. The default branch is never dropped.';

/** What callers send. */
export const requestSchemas: readonly NamedSchema[] = [
  named('NewRepository', CreateRepository, 'A repository to register.', {
    repository_id: 'Its id. Absent: the service chooses one.',
    source: 'Where it is read from.',
    default_branch: 'What `current` means. Absent: the branch that the source’s HEAD names, followed at each sync.',
    ignore_patterns: ignore,
    schedule,
    deleted_branches: deletedBranches,
  }),
  named('NewSource', CreateRepository.shape.source, 'Where a repository is read from.', {
    url: 'An https:// URL without user name and password; on one machine also file://, http:// on loopback or an absolute path.',
    credential:
      'The name of a credential that the operator keeps, for a private source: one that you may use for this address.',
  }),
  named('RepositoryChange', UpdateRepository, 'Settings to change. Settings that are not named stay.', {
    default_branch: 'What `current` means. Null: the branch that the source’s HEAD names, followed at each sync.',
    ignore_patterns: `${ignore} Replaces the list, from the next sync on.`,
    schedule,
    deleted_branches: deletedBranches,
    source: 'The source’s credential. Its URL cannot be changed.',
  }),
  named('SourceChange', UpdateRepository.shape.source.unwrap(), 'What may be changed of a source.', {
    credential:
      'The name of a credential that the operator keeps, which you and the owner may use for this address. Null: none.',
  }),
  importRequest,
  named('Grant', PutGrant, 'What a user may do with a repository.', {
    role: '`read`: view and search. `write`: also sync. `owner`: everything.',
  }),
  named('SyncOptions', SyncOptions, 'What a sync should do. Every member is optional; unknown members are refused.', {
    force: 'Replaces a running sync. With `full_reindex` the existing index is cleared at once.',
    full_reindex:
      'Rebuilds the whole index beside the old one, which answers searches until the new one is ready. Takes precedence over `incremental`.',
    incremental:
      'Processes what changed since the last sync. False without `full_reindex`: incremental if the last index is still usable and less than half of the files changed, otherwise full.',
    pull_remote:
      'Reads the remote first. Absent: true for a remote source. For a folder of this machine, true reads, instead of the folder, the remote that its own git configuration names; the folder itself is never written.',
    remote: 'The remote’s name: `origin`, or with `pull_remote` one of the remotes of the folder that is registered.',
    branches:
      'Which branches; without, `current`, which is the repository’s `default_branch`. Those that the source does not have are named by the job and keep no other from being indexed.',
    branch: 'The same for one branch. Not beside `branches`.',
    ignore_patterns: `${ignore} Added to the repository’s own.`,
    progress_webhook:
      'An address that gets an event at the job’s start, at every ten points of its progress, and at its end.',
    dry_run:
      'Plans, and changes nothing: pulls, compares, reads and cuts what has changed, embeds nothing and publishes nothing. The job ends with an exact `plan`. It holds the repository as a sync does. Not beside `force`, `max_cost` or `max_files`.',
    max_cost:
      'US dollars. A sync that may cost more, by the sizes of what it has read and before anything is embedded, fails with the reason `over_limit` and its plan; nothing is changed. Not beside `force` with `full_reindex`, which clears the index first.',
    max_files:
      'A sync that would have to read more files fails with the reason `over_limit` and its plan; nothing is read or changed. Not beside `force` with `full_reindex`.',
    on_conflict:
      'What is done while another sync runs. Absent or `fail`: 409. `attach`: 200 with the job that runs, where it reads these branches of the same source with the same patterns, and is a full reindex if one is asked for; else 409 with what `differs`. It may have read the source before this request. `queue`: 202; the sync begins when the other one has ended, and requests and pushes that come until then are merged with it, so it takes `branch`, `branches`, `full_reindex` and `incremental` alone. Neither is allowed beside `force`.',
  }),
  named('GithubPush', GithubPush, 'GitHub’s event `push`: the members that are read.', {
    ref: 'What was pushed, such as `refs/heads/main`.',
    deleted: 'Whether it was deleted.',
    repository: 'Where it was pushed to.',
  }),
  named('GitlabPush', GitlabPush, 'GitLab’s event `Push Hook`: the members that are read.', {
    ref: 'What was pushed, such as `refs/heads/main`.',
    after: 'Its commit; zeros when it was deleted.',
    project: 'Where it was pushed to.',
  }),
];
