import { z } from 'zod';
import {
  GetJobHeaders,
  GetJobQuery,
  JobAnswer,
  JobEnded,
  JobEventsHeaders,
  JobFileList,
  JobFilesQuery,
  JobList,
  JobParams,
  PageQuery,
  RepositoryParams,
  RetryRefused,
  StartSyncHeaders,
  SyncAccepted,
  SyncInProgress,
  SyncRefused,
} from '../api.ts';
import {
  cancelledJob,
  endedJob,
  jobEnded,
  jobEvents,
  jobFiles,
  overLimit,
  queuedJob,
  runningJob,
  syncInProgress,
  syncOptions,
} from '../openapi/examples.ts';
import { SyncOptions } from '../sync-options.ts';
import { access, type Operation, token, withBody } from './kit.ts';

const inProgress = {
  description: 'A sync is running: the answer names it and its progress.',
  schema: SyncInProgress,
  headers: ['Location', 'Retry-After'],
  example: syncInProgress,
} as const;

const accepted = { replaced_job_id: null, attached: false, queued: false } as const;

export const syncOperations = {
  'start-sync': {
    tag: 'Syncs',
    description:
      'Needs the role write. Brings the index in step with the source, in the background: only what changed is processed, and the new index is published in one step at the end. Without a body the defaults apply. `force` replaces a running sync; with `full_reindex` too the existing index is cleared at once. What else is done while another sync runs is `on_conflict`. The answer comes at once, unless the header `Prefer: wait=10` asks for what becomes of the sync: then it comes when the job has ended or, where it was given `max_files` or `max_cost`, when it is known that it keeps them, and after so many seconds at the latest. A sync that waits for another one is answered at once in any case.',
    params: RepositoryParams,
    headers: StartSyncHeaders,
    body: { schema: SyncOptions, required: false, example: syncOptions },
    answers: {
      200: {
        description:
          'With `on_conflict: "attach"`: a sync that runs does what is asked, and this is its job. With `Prefer: wait`: the job has ended, and says how.',
        schema: SyncAccepted,
        headers: ['Location', 'Preference-Applied', 'Idempotency-Replayed'],
        example: { ...runningJob, ...accepted, attached: true },
      },
      202: {
        description:
          'The job is queued. With `queued: true` it waits for the end of `waits_for_job_id`: it begins at once then (on AWS within a minute), and until it does `GET /api/jobs/{job_id}` answers that it is queued and for which job it waits, and the repository’s `queued_sync` shows it. Once it is taken back there is no such job.',
        schema: SyncAccepted,
        headers: ['Location', 'Retry-After', 'Preference-Applied', 'Idempotency-Replayed'],
        example: { ...queuedJob, ...accepted },
      },
      ...token,
      ...access,
      ...withBody,
      409: inProgress,
      422: {
        description:
          'With `Prefer: wait`: `max_files` or `max_cost` has refused the sync, and this is its plan. Or: the idempotency key was used with another request.',
        schema: SyncRefused,
        headers: ['Location', 'Preference-Applied', 'Idempotency-Replayed'],
        example: overLimit,
      },
    },
  },
  'get-job': {
    tag: 'Syncs',
    description:
      'Needs the role read on its repository. `progress.percentage` never decreases, and is 100 only when the job has completed. With `wait` the answer comes when there is news: beside `If-None-Match` when the job is not as it was then, without it when the job has ended; else when the time is over.',
    params: JobParams,
    query: GetJobQuery,
    headers: GetJobHeaders,
    answers: {
      200: { description: 'The job as it is now.', schema: JobAnswer, headers: ['ETag'], example: runningJob },
      304: { description: 'It has not changed.', headers: ['ETag'] },
      ...token,
      ...access,
    },
  },
  'get-job-events': {
    tag: 'Syncs',
    description:
      'Needs the role read on its repository. Server-sent events: `progress` for each state of the job that is seen, once a second at most, and at last `completed`, `completed_with_errors`, `failed` or `cancelled`, with which the stream ends. Each has the job as its `data` and, as its `id`, the name of this state. A stream may end before the job does: ask again with the last id, as `EventSource` does by itself, and only what is new comes. Where answers can only go out whole (API Gateway) it ends after each event, or after 25 seconds without news; elsewhere it continues for five minutes, with a comment every 15 seconds.',
    params: JobParams,
    headers: JobEventsHeaders,
    answers: {
      200: {
        description: 'The events.',
        schema: z.string(),
        contentType: 'text/event-stream',
        example: jobEvents,
      },
      204: { description: 'The job had ended with the event that `Last-Event-ID` names: there is nothing to come.' },
      ...token,
      ...access,
    },
    curl: ['-N'],
  },
  'list-jobs': {
    tag: 'Syncs',
    description: 'Needs the role read. Jobs are kept for 90 days after their end.',
    params: RepositoryParams,
    query: PageQuery,
    answers: {
      200: { description: 'A page of jobs.', schema: JobList, example: { jobs: [endedJob], next: null } },
      ...token,
      ...access,
    },
  },
  'list-job-files': {
    tag: 'Syncs',
    description:
      'Needs the role read on its repository. The files that the job skipped or could not index, and those that it read in another encoding than UTF-8. Empty until the job has completed.',
    params: JobParams,
    query: JobFilesQuery,
    answers: {
      200: { description: 'A page of the ledger.', schema: JobFileList, example: jobFiles },
      ...token,
      ...access,
    },
  },
  'take-back-sync': {
    tag: 'Syncs',
    description:
      'Needs the role write. What users have asked for with `on_conflict: "queue"` does not begin when the running sync has ended, which goes on. What a push or a schedule asked for meanwhile still does. `queued_sync` of the repository shows what waits.',
    params: RepositoryParams,
    answers: {
      204: { description: 'It is taken back.' },
      ...token,
      ...access,
    },
  },
  'cancel-job': {
    tag: 'Syncs',
    description:
      'Needs the role write on its repository. What is searched stays as it was (a forced full reindex had emptied it when it began), and the repository is free immediately.',
    params: JobParams,
    answers: {
      202: { description: 'It is cancelled.', schema: JobAnswer, headers: ['Location'], example: cancelledJob },
      ...token,
      ...access,
      409: {
        description:
          'It has ended already. Or it waits for another one and has not begun: `DELETE /api/repositories/{repo_id}/queued-sync` takes it back.',
        schema: JobEnded,
        example: jobEnded,
      },
    },
  },
  'retry-failed': {
    tag: 'Syncs',
    description:
      'Needs the role write on its repository. Syncs the branches that the job was for, those that were missing too, and reads the files that failed again.',
    params: JobParams,
    answers: {
      202: {
        description: 'A new job is queued.',
        schema: SyncAccepted,
        headers: ['Location'],
        example: { ...queuedJob, ...accepted },
      },
      ...token,
      ...access,
      409: {
        description: 'A sync is running, or the job had no failed files and no missing branches, or has not begun.',
        schema: RetryRefused,
        headers: ['Location', 'Retry-After'],
        example: syncInProgress,
      },
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
