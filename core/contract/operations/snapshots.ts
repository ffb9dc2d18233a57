import { NothingToSearch, Problem, RepositoryParams, SyncAccepted, SyncInProgress } from '../api.ts';
import { FilesUnavailable } from '../files.ts';
import { queuedJob, syncInProgress } from '../openapi/examples.ts';
import { contentsLost, notKept } from '../openapi/file-examples.ts';
import { branchMoved, importRequested, snapshot, snapshotPart } from '../openapi/snapshot-examples.ts';
import {
  ImportSnapshot,
  Snapshot,
  SnapshotPageParams,
  SnapshotPageQuery,
  SnapshotPart,
  SnapshotQuery,
} from '../snapshot.ts';
import { access, type Operation, token, withBody } from './kit.ts';

const lost = {
  description: 'What was indexed is lost or damaged: a sync makes it anew. Or a store is busy.',
  schema: FilesUnavailable,
  headers: ['Retry-After'],
  example: contentsLost,
} as const;
const kept = {
  description: 'The branch was indexed before the service kept contents: sync it once.',
  schema: Problem,
  example: notKept,
} as const;
const nothing = {
  description: 'There is no such repository for you, or the branch has no index: the answer names those that have.',
  schema: NothingToSearch,
} as const;

export const snapshotOperations = {
  'get-snapshot': {
    tag: 'Snapshots',
    description:
      'Needs the role read. Names the pages that a branch’s index is made of: by what they hold, so that one that was taken once need not be taken again. `Content-Digest` has the SHA-256 of the answer.',
    params: RepositoryParams,
    query: SnapshotQuery,
    answers: {
      200: { description: 'The snapshot.', schema: Snapshot, headers: ['Content-Digest'], example: snapshot },
      ...token,
      ...access,
      404: nothing,
      409: kept,
      503: lost,
    },
  },
  'read-snapshot-page': {
    tag: 'Snapshots',
    description:
      'Needs the role read. A page of files is its lines; one of blobs has their texts and rows too, some 3 MB an answer: follow `next`. The page must be one of the branch’s index as it is now.',
    params: SnapshotPageParams,
    query: SnapshotPageQuery,
    words: { from: '`next` of the answer before. Absent: the beginning.' },
    answers: {
      200: {
        description: 'The page, or a part of it.',
        schema: SnapshotPart,
        headers: ['Content-Digest'],
        example: snapshotPart,
      },
      ...token,
      ...access,
      404: nothing,
      409: kept,
      410: {
        description:
          'The branch does not have the page, or not any more: get its snapshot anew. Pages that stayed need not be read again.',
        schema: Problem,
        example: branchMoved,
      },
      503: lost,
    },
  },
  'start-import': {
    tag: 'Snapshots',
    description:
      'Needs the role owner. Takes over the index of branches of another service, in the background: nothing is read from git and nothing embedded, and the result is published in one step, as a sync’s is. Both services must run the same embedder and chunker. The job is followed and cancelled as a sync is; one that was cut continues behind the last page that it has put. The next sync then starts at the imported commit.',
    params: RepositoryParams,
    body: { schema: ImportSnapshot, required: true, example: importRequested },
    answers: {
      202: {
        description: 'The job is queued.',
        schema: SyncAccepted,
        headers: ['Location'],
        example: { ...queuedJob, replaced_job_id: null, attached: false, queued: false },
      },
      ...token,
      ...access,
      ...withBody,
      409: {
        description: 'A sync or an import is running: the answer names it and its progress.',
        schema: SyncInProgress,
        headers: ['Location', 'Retry-After'],
        example: syncInProgress,
      },
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
