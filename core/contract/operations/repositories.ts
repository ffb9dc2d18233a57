import {
  BranchList,
  BranchParams,
  CreateRepository,
  GrantParams,
  PageQuery,
  Problem,
  PutGrant,
  RepositoryAnswer,
  RepositoryCreated,
  RepositoryList,
  RepositoryParams,
  SyncInProgress,
  UpdateRepository,
} from '../api.ts';
import {
  busy,
  created,
  exists,
  indexedBranch,
  mayNotRegister,
  newRepository,
  repository,
  syncInProgress,
} from '../openapi/examples.ts';
import { rights } from '../rights.ts';
import { access, commonAnswers, type Operation, token, withBody } from './kit.ts';

const granted = { 204: { description: 'The grant is changed.' }, ...token, ...access } as const;

export const repositoryOperations = {
  'create-repository': {
    tag: 'Repositories',
    description:
      'You become its owner. Nothing is indexed before the first sync. The service’s operator decides which sources it accepts: https:// everywhere; on one machine also http:// on loopback, and file:// and absolute paths in folders that the operator opens to you.',
    body: { schema: CreateRepository, required: true, example: newRepository },
    answers: {
      201: {
        description: 'Registered.',
        schema: RepositoryCreated,
        headers: ['Location'],
        example: created,
      },
      ...token,
      ...withBody,
      403: {
        description: `The service lets only those register whose token has the right \`${rights.register}\`.`,
        schema: Problem,
        example: mayNotRegister,
      },
      409: { description: 'The id is taken.', schema: Problem, example: exists },
    },
  },
  'list-repositories': {
    tag: 'Repositories',
    description: 'The repositories that you own or have a grant on, by id.',
    query: PageQuery,
    answers: {
      200: {
        description: 'A page of repositories.',
        schema: RepositoryList,
        example: { repositories: [repository], next: null },
      },
      400: commonAnswers.BadRequest,
      ...token,
    },
  },
  'get-repository': {
    tag: 'Repositories',
    description:
      'Needs the role read. `status` is `syncing` while a job owns the repository, and `active_job_id` names it. `last_sync` tells how the newest ended sync ended, `schedule_state` what the schedule has done and does next, and `health` what that means for the index.',
    params: RepositoryParams,
    answers: {
      200: { description: 'The repository.', schema: RepositoryAnswer, example: repository },
      ...token,
      ...access,
    },
  },
  'update-repository': {
    tag: 'Repositories',
    description:
      'Needs the role owner. Settings that are not named stay; null removes one. Changes take effect at the next sync.',
    params: RepositoryParams,
    body: {
      schema: UpdateRepository,
      required: false,
      example: { ignore_patterns: ['*.pyc', 'vendor/'], schedule: '0 3 * * *' },
    },
    answers: {
      200: {
        description: 'The repository with its new settings.',
        schema: RepositoryAnswer,
        example: {
          ...repository,
          ignore_patterns: ['*.pyc', 'vendor/'],
          schedule: '0 3 * * *',
          schedule_state: { ...repository.schedule_state, next_run: '2024-01-16T03:00:00.000Z' },
        },
      },
      ...token,
      ...access,
      ...withBody,
    },
  },
  'delete-repository': {
    tag: 'Repositories',
    description: 'Needs the role owner. The source itself is not changed.',
    params: RepositoryParams,
    answers: {
      204: { description: 'The repository and its index are removed.' },
      ...token,
      ...access,
      409: { description: 'It is being synced.', schema: Problem, example: busy },
    },
  },
  'list-branches': {
    tag: 'Repositories',
    description:
      'Needs the role read. The branches that are indexed, by name, and where the source was last seen to have them: each sync looks at all of them. Nothing is asked of the source now.',
    params: RepositoryParams,
    query: PageQuery,
    answers: {
      200: {
        description: 'A page of branches.',
        schema: BranchList,
        example: { branches: [indexedBranch], next: null },
      },
      ...token,
      ...access,
    },
  },
  'delete-branch': {
    tag: 'Repositories',
    description:
      'Needs the role write. The branch is no longer searchable; the next sync removes what no other branch holds. The source itself is not changed, and a sync that asks for the branch indexes it anew. In the path the name may stand as it is or, which is safe for every name, percent-encoded, with `%2F` for a slash.',
    params: BranchParams,
    answers: {
      204: { description: 'The branch is taken out of the index.' },
      ...token,
      ...access,
      409: {
        description: 'A sync is running: the answer names it and its progress. Nothing is changed.',
        schema: SyncInProgress,
        headers: ['Location', 'Retry-After'],
        example: syncInProgress,
      },
    },
  },
  'put-grant': {
    tag: 'Repositories',
    description: 'Needs the role owner. Each of the roles read, write and owner includes those before it.',
    params: GrantParams,
    body: { schema: PutGrant, required: true, example: { role: 'write' } },
    answers: { ...granted, ...withBody },
  },
  'delete-grant': {
    tag: 'Repositories',
    description: 'Needs the role owner. The user who registered the repository stays its owner.',
    params: GrantParams,
    answers: granted,
  },
} as const satisfies Readonly<Record<string, Operation>>;
