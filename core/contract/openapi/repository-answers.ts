import { GrantAnswer, QueuedSync, RepositoryAnswer, RepositoryCreated, ScheduleState } from '../api.ts';
import { ScheduleRun } from '../records.ts';
import { type NamedSchema, named } from './schemas.ts';

const repository = {
  repository_id: 'Its id.',
  owner: 'The user who registered it.',
  role: 'What you may do with it.',
  source: 'Where it is read from.',
  grants: 'The users that may use it beside its owner, with what they may do. Only owners see them.',
  default_branch:
    'What `current` means, and what is searched without a branch; null until the first sync has asked the source.',
  follows_head:
    'Whether `default_branch` is what the source’s HEAD names, and moves with it; false: a user has named it.',
  ignore_patterns: 'What is never indexed, as in a .gitignore file.',
  schedule: 'When it syncs by itself: a cron expression of five fields, in UTC; null: never.',
  schedule_state: 'What its schedule does and has done; null without a schedule.',
  deleted_branches: 'What a sync does with the index of a branch that the source has deleted.',
  status: '`syncing` while a job owns it.',
  active_job_id: 'The job that owns it; null when it is idle.',
  queued_sync:
    'The sync that begins when the running one has ended (`on_conflict: "queue"`, a push or a schedule); null where none waits. `DELETE …/queued-sync` takes it back.',
  last_sync:
    'How its newest ended sync ended, so that one that failed is seen here; null until one has ended. A plan is no sync, nor is one that its own `max_files` or `max_cost` has refused: the history has both.',
  health:
    'The gravest of `health_reasons`. `failing`: the newest ended sync failed, or the schedule could not start one; `never_indexed`: no branch has an index; `stale`: the index is not as new as it should be; `incomplete`: the default branch, or some files or branches of the newest job, are not indexed; else `ok`. A job that was cancelled, was only to plan, or was refused by its own limit changes none of it.',
  health_reasons:
    'All that is wrong, the gravest first; empty when it is `ok`. `sync_failed`: `last_sync.error` says why. `schedule_not_started`: the newest run of the schedule could not start, `schedule_state.last_run.error` says why, and no sync has come through since. `no_branch_indexed`. `schedule_overdue`: a time of the schedule has passed without a run, see `schedule_state.overdue_since`. `behind_source`: the last look showed another commit of an indexed branch, and no sync runs; `GET …/branches` tells which. `default_branch_not_indexed`: other branches are, and `default_branch` is not, or is null: a search that names no branch is a 404. `sync_incomplete`: the newest job completed with errors.',
  index: 'What is indexed.',
  created_at: 'When it was registered.',
  updated_at: 'When its settings or its index last changed.',
} as const;

/** A repository, as the API answers it. */
export const repositorySchemas: readonly NamedSchema[] = [
  named('Repository', RepositoryAnswer, 'A registered repository.', repository),
  named('GrantHeld', GrantAnswer, 'What another user may do with a repository.', {
    user: 'The user: the `sub` of their tokens.',
    role: '`read`: view and search. `write`: also sync. `owner`: everything.',
  }),
  named(
    'QueuedSync',
    QueuedSync,
    'A sync that waits for the end of the running one: all that was asked for meanwhile.',
    {
      job_id:
        'The job that it will be, which does not exist before; null where only a push or a schedule asked for it.',
      branches: 'What it syncs. None: it looks which branches the source still has.',
      full_reindex: 'Whether it indexes everything anew.',
      requested_by: 'The newest push’s host, or `schedule`; where neither asked, the user who asked last.',
    },
  ),
  named('ScheduleState', ScheduleState, 'A schedule’s next run and its newest one.', {
    next_run:
      'The next time of the schedule. On AWS a run may begin up to 15 minutes later, so that not all begin at once.',
    last_run: 'What its newest time came to; null before the first.',
    overdue_since:
      'A time of the schedule that has passed without a run, as when the service was down; null otherwise.',
  }),
  named('ScheduleRun', ScheduleRun, 'What a time of a schedule came to.', {
    at: 'When it began, or was to begin.',
    outcome:
      '`started`: its job waits or runs; then how that job ended. `owed`: another sync was under way, and it follows that one. `not_started`: no sync could be started.',
    job_id: 'Its job; null where there is none.',
    error: 'Why no sync could be started, or why its job failed; null otherwise.',
  }),
  named('RepositoryCreated', RepositoryCreated, 'A newly registered repository.', {
    ...repository,
    secrets: 'What webhooks are signed with. Shown only this once.',
  }),
  named('Secrets', RepositoryCreated.shape.secrets, 'What webhooks are signed with.', {
    webhook: 'Signs the events that progress webhooks get (Standard Webhooks).',
    push: 'What git hosts sign their pushes with.',
  }),
];
