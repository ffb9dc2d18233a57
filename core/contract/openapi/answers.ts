import {
  BranchAnswer,
  BranchList,
  HealthAnswer,
  HealthCheck,
  IndexedBranch,
  IndexUnusable,
  InvalidRequest,
  JobAnswer,
  JobBranch,
  JobEnded,
  JobFile,
  JobFileList,
  JobList,
  NotIndexed,
  OverLimit,
  Problem,
  ProgressAnswer,
  RepositoryAnswer,
  RepositoryList,
  SecretRotated,
  SyncAccepted,
  SyncInProgress,
  TooManyRequests,
} from '../api.ts';
import { DeliveryList } from '../deliveries.ts';
import { Delivery, DeliveryAttempt, SyncEvent } from '../events.ts';
import { FileNotFound } from '../files.ts';
import { PushHookAnswer } from '../push-hooks.ts';
import { CurrentBranch, JobCounts, JobError, JobSource, LastError, LastSync, PullReport } from '../records.ts';
import { EffectiveOptions } from '../sync-options.ts';
import { fileSchemas, fresh } from './file-answers.ts';
import { grepSchemas } from './grep-answers.ts';
import { planSchemas } from './plan-answers.ts';
import { repositorySchemas } from './repository-answers.ts';
import { type NamedSchema, named } from './schemas.ts';
import { searchSchemas } from './search-answers.ts';
import { snapshotSchemas } from './snapshot-answers.ts';
import { symbolSchemas } from './symbol-answers.ts';

const next = 'Send it as `cursor` to get the next page; null on the last page.';
const eta = 'When it is likely to end, from this repository’s earlier syncs; null when that is not known.';

const job = {
  job_id: 'Its id.',
  status: '`completed_with_errors`: published, but some files could not be indexed, or some branches are not there.',
  repository_id: 'What it syncs.',
  created_at: 'When it was asked for.',
  started_at: 'When it began; null while it is queued.',
  ended_at: 'When it ended, successfully or not; null until then.',
  updated_at:
    'When it last reported; at least once a second while it works, and not while it waits for the next try of a step.',
  estimated_completion: eta,
  progress: 'How far it is.',
  options: 'The options in effect.',
  source: 'What it reads.',
  requested_by: 'Who asked for it: a user, or `github`, `gitlab` or `schedule`.',
  mode: 'Whether it rebuilt the whole index; null until this is decided.',
  mode_reason:
    'Why the mode is full: `requested`, the `first_sync`, a changed embedder or chunker (`recipe_changed`), a branch of which half has changed (`mostly_new`), an index taken over from another service (`imported`), or because what was indexed is gone: `index_lost`, `index_damaged`, `manifest_lost`. Null otherwise.',
  attempt: 'Grows by one each time the job is resumed after a crash.',
  pull: 'How each branch has moved since it was indexed. Values that were not known in time for the 202 are filled in later.',
  branches:
    'The branches that it is for, with what has become of each; empty until it has looked where they are. The others are published where some are missing; where all are, it fails.',
  missing: 'The branches of `branches` that the source does not have.',
  current: 'What `current` means for it; null until it has looked, and where the source has no default branch.',
  pulled_commits: 'All new commits; 0 without a pull, null where it is not known (yet).',
  counts: 'What it did; null until it has completed, and of a dry run.',
  plan: 'What it is going to do, or of a dry run would; null until the trees are compared.',
  used: 'What it has taken so far, and when it has ended in all; null until the trees are compared.',
  dropped_branches:
    'Branches that it took out of the index, because the source has deleted them; empty until it has completed.',
  error: 'Why it failed; null otherwise.',
  last_error:
    'Why a step of it failed that is tried again; null when none has, once the step has succeeded, and when the job has ended.',
  waits_for_job_id: 'The job whose end it waits for before it begins; null where it waits for none.',
} as const;

const failure = {
  code: 'For programs: the kind of failure.',
  reason:
    'For programs: the failure itself, such as `connection_refused`. The runbook lists them all, each with what to do. Absent where the code says all that is known.',
  message: 'For people: where, what, and what to do.',
} as const;

const problem = {
  type: 'The kind of problem, for programs.',
  title: 'The kind of problem, for people.',
  status: 'The HTTP status.',
  detail: 'What is wrong with this request.',
  error: 'The same as `title`.',
  message: 'The same as `detail`.',
  errors: 'Of a 400: each field that is wrong, and what is allowed there; 50 at most.',
  errors_total: 'Of a 400 with more wrong fields than `errors` lists: how many there are.',
} as const;

/** What the API answers. */
export const answerSchemas: readonly NamedSchema[] = [
  ...repositorySchemas,
  ...fileSchemas,
  ...grepSchemas,
  ...searchSchemas,
  ...snapshotSchemas,
  ...symbolSchemas,
  named('SecretRotated', SecretRotated, 'A new secret. Shown only this once.', {
    repository_id: 'The repository.',
    name: 'Which secret.',
    secret: 'The secret.',
  }),
  named('Source', RepositoryAnswer.shape.source, 'Where a repository is read from.', {
    url: 'Its address.',
    credential: 'The name of its credential. Only owners see it.',
  }),
  named('Index', RepositoryAnswer.shape.index, 'What is indexed of a repository.', {
    branches: 'The branches that have been synced, by name.',
  }),
  named('LastSync', LastSync, 'How a repository’s newest ended job ended.', {
    job_id: 'The job.',
    status: 'How it ended; `cancelled` also when a sync with `force` took its place.',
    ended_at: 'When it ended.',
    error: 'Why it failed; null otherwise.',
  }),
  named('Branch', BranchAnswer, 'A branch’s index, from its last completed sync.', {
    name: 'Its name.',
    commit: 'The commit that is indexed.',
    files: 'Indexed files.',
    chunks: 'Their searchable pieces.',
    ...fresh,
  }),
  named('IndexedBranch', IndexedBranch, 'A branch’s index beside its source, as the last sync of any branch saw it.', {
    name: 'Its name.',
    default: 'Whether it is the default branch.',
    indexed_commit: 'The commit that is indexed.',
    ...fresh,
    files: 'Indexed files.',
    chunks: 'Their searchable pieces.',
    remote:
      'The remote of the registered folder that it was read from, with `pull_remote`; null: the registered source itself.',
    deleted_at_source: 'Since when the source is known to have deleted it; null while it is there.',
  }),
  named('BranchList', BranchList, 'A page of branches.', { branches: 'By name.', next }),
  named('RepositoryList', RepositoryList, 'A page of repositories.', { repositories: 'By id.', next }),
  named('Job', JobAnswer, 'A sync job.', job),
  named('SyncAccepted', SyncAccepted, 'The sync job that will do what was asked for.', {
    ...job,
    replaced_job_id: 'The job that `force` ended; null when there was none.',
    attached: 'Whether it ran already, and does what was asked for: see `on_conflict`.',
    queued:
      'Whether it waits for another one’s end. Other requests and pushes may join it: the job then has their branches too.',
  }),
  named('Progress', ProgressAnswer, 'How far a job is.', {
    percentage: 'Never decreases; 100 only when it has completed.',
    phase: 'What it is doing.',
    files_processed: 'Changed files that are done.',
    files_total: 'Changed files; null until they have been counted.',
    current_file: 'A file that is being processed.',
  }),
  named('JobSource', JobSource, 'What a job reads.', {
    url: 'Its address.',
    remote: 'The remote’s name; null for a folder of this machine that is read itself.',
  }),
  named('EffectiveOptions', EffectiveOptions, 'The options in effect.', {
    force: 'Whether a running sync was to be replaced.',
    full_reindex: 'Whether the whole index is rebuilt.',
    incremental: 'Whether only changes are processed.',
    pull_remote: 'Whether the remote is read.',
    remote: 'Its name.',
    branches: 'The branches that were asked for.',
    ignore_patterns: 'Patterns for this job, in addition to the repository’s own.',
    progress_webhook: 'The address that gets its events.',
    dry_run: 'True where it was only to plan; absent otherwise.',
    max_cost: 'The most that it may cost, in US dollars; absent where no limit was given.',
    max_files: 'The most files that it may read; absent where no limit was given.',
  }),
  named('Pull', PullReport, 'What was pulled of a branch.', {
    remote: 'The remote’s name.',
    branch: 'The branch.',
    from: 'The commit that was indexed; null for the first sync.',
    to: 'The commit that is there now; null where it is not known yet.',
    commit_count: 'New commits, exactly; null where it is not known (yet).',
    rewritten: 'Whether history was rewritten: the old commit is not in the new one’s history.',
  }),
  named('JobBranch', JobBranch, 'A branch that a job is for.', {
    name: 'Its name; `current` where nothing tells which that is.',
    commit: 'The commit that the job has read or found indexed; null for a branch that is missing.',
    reason: 'Why it is missing, and what to do; null otherwise.',
    status:
      '`pending`: to be published; `published`; `not_published`: the job failed, was cancelled or was a dry run; `missing`: the source does not have it.',
  }),
  named('Current', CurrentBranch, 'What `current` means for a job.', {
    branch: 'The branch: the repository’s `default_branch`, or what the source’s HEAD names.',
    moved_from: 'What it meant before, where HEAD has moved since the last sync; null otherwise.',
    head: 'The branch that HEAD names; null where it names none.',
  }),
  named('JobCounts', JobCounts, 'What a job did. Counts of files, unless the text says chunks.', {
    added: 'New paths.',
    modified: 'Paths whose content has changed.',
    deleted: 'Paths that are gone.',
    renamed: 'Paths whose content was at another path before.',
    unchanged: 'Paths that were not touched.',
    indexed: 'Of the changed paths: those that search finds now.',
    skipped: 'Of the changed paths: those that are deliberately not indexed.',
    failed: 'Of the changed paths: those that could not be indexed.',
    skipped_by_reason: 'Of the skipped paths: how many for each reason.',
    chunks_embedded: 'Chunks that were embedded.',
    chunks_reused: 'Chunks of changed files whose text was indexed before: they were not embedded again.',
  }),
  ...planSchemas,
  named('LastError', LastError, 'Why a step failed that is tried again.', {
    ...failure,
    at: 'When the try failed.',
    try: 'Which try of the step failed, from 1.',
    tries: 'How many there are at most.',
    next_try_by:
      'The next try begins then at the latest, and often sooner: waits are drawn at random below a bound. Null while it is under way.',
  }),
  named('JobError', JobError, 'Why a job failed.', failure),
  named('JobList', JobList, 'A page of jobs.', { jobs: 'Newest first.', next }),
  named(
    'JobFile',
    JobFile,
    'A file that a job processed but that is not in the index, or that was not written in UTF-8.',
    {
      branch: 'The branch.',
      path: 'The path.',
      path_bytes: 'Only of a name that is not UTF-8: its bytes, in base64.',
      outcome: '`skipped` deliberately, `failed`, or `indexed` from another encoding than UTF-8.',
      reason:
        'Why, such as `binary`; for a failure its cause; for an indexed file how its encoding is known: `byte_order_mark`, `gitattributes` (`working-tree-encoding`), `detected`, or `damaged` (UTF-8 but for some bytes).',
      encoding: 'Of an indexed file: what it was read as.',
    },
  ),
  named('JobFileList', JobFileList, 'A page of a job’s ledger.', { files: 'Its lines.', next }),
  named('FileNotFound', FileNotFound, 'A file that cannot be read.', {
    ...problem,
    reason: 'Why a file that is there is not in the index, such as `binary` or `too_large`.',
  }),
  named('DeliveryList', DeliveryList, 'A page of deliveries.', {
    deliveries:
      'Newest first. With a `status` a page may have fewer deliveries than its limit although `next` is not null.',
    next,
  }),
  named('Delivery', Delivery, 'One event on its way to one address.', {
    delivery_id: 'Its id: the `webhook-id` that the receiver sees, the same at every try.',
    repository_id: 'The repository.',
    job_id: 'The job.',
    url: 'The address.',
    event: 'The event that is sent.',
    status: '`failed`: given up. `disabled`: the receiver answered 410, and gets nothing more until a redelivery.',
    attempts: 'The last tries, newest last.',
    tries: 'The number of tries.',
    next_attempt_at: 'When it is tried next; null unless it is pending.',
    created_at: 'When it happened.',
    repository_created_at:
      'When the repository was registered that it is of: another one of the same id gets nothing of it.',
  }),
  named('DeliveryAttempt', DeliveryAttempt, 'One try.', {
    at: 'When.',
    status: 'The receiver’s status; null when there was no answer.',
    error: 'Why there was no answer; null when there was one.',
    milliseconds: 'How long it took.',
  }),
  named('SyncEvent', SyncEvent, 'What a progress webhook gets, in the form of Standard Webhooks.', {
    type: 'What happened.',
    timestamp: 'When.',
    data: 'The job as it was then.',
  }),
  named('PushHookAnswer', PushHookAnswer, 'What was done about a push.', {
    outcome:
      '`started`: a sync has begun. `owed`: a sync is running, and exactly one more will follow. `ignored`: there is nothing to do. `pong`: the answer to a ping.',
    job_id: 'The sync that has begun; null otherwise.',
    reason: 'Why it is ignored; null otherwise.',
  }),
  named('Health', HealthAnswer, 'Whether the service’s stores answer.', {
    status: '`failing` when one of the checks is.',
    checks: 'One for each store.',
    versions: 'What runs.',
  }),
  named('HealthChecks', HealthAnswer.shape.checks, 'One for each store.', {
    database: 'Repositories and jobs.',
    objects: 'Manifests, batches and ledgers.',
    index: 'Vectors and words.',
  }),
  named('HealthCheck', HealthCheck, 'Whether a store answers.', {
    status: '`failing`: it gave an error, or no answer in 2 s.',
    milliseconds: 'How long it took.',
    reason: 'Null when it is `ok`.',
  }),
  named('Versions', HealthAnswer.shape.versions, 'What runs.', {
    service: 'Of the service.',
    node: 'Of Node.',
    git: 'Of git, on one machine; null on AWS, where git is in an image of its own.',
  }),
  named('Problem', Problem, 'A problem document (RFC 9457).', problem),
  named('InvalidRequest', InvalidRequest, 'A problem document that names each field that is wrong.', problem),
  named('TooManyRequests', TooManyRequests, 'More than is allowed, of requests or of what a quota counts.', {
    ...problem,
    quota: 'The quota that is used up; absent where it is the number of requests.',
    limit: 'How much that quota allows.',
  }),
  named('NotIndexed', NotIndexed, 'The branch has no index.', {
    ...problem,
    branch: 'The branch that was to be searched; null where the source’s default branch is not known.',
    indexed_branches: 'The branches that have an index, by name.',
  }),
  named('IndexUnusable', IndexUnusable, 'What was indexed is lost or damaged: a sync makes it anew.', {
    ...problem,
    fault:
      '`index_lost`: the index is gone. `index_damaged`: parts of it are. `manifest_lost`: the list of the branch’s files is gone or damaged.',
    branch: 'The branch that was to be searched.',
    job_id: 'The sync that runs; null: none does, start one.',
  }),
  named('JobEnded', JobEnded, 'The job has ended already.', {
    ...problem,
    job_id: 'The job.',
    job_status: 'How it ended; `queued` of one that has not begun.',
    ended_at: 'When; null of one that has not begun.',
  }),
  named('OverLimit', OverLimit, 'The sync would do more than a limit allows; nothing was changed.', {
    ...problem,
    job_id: 'Its job, which has failed.',
    plan: 'What it was going to do, as far as it had looked.',
  }),
  named('SyncInProgress', SyncInProgress, 'A sync is running; you can follow its job.', {
    ...problem,
    job_id: 'The job that runs.',
    job_status: 'Its status.',
    progress: 'How far it is.',
    estimated_completion: eta,
    differs:
      'With `on_conflict: "attach"`: in what the job that runs differs from what was asked for. Absent otherwise.',
  }),
];
