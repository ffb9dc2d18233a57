import type { FunctionName } from './environment.ts';

export interface Route {
  readonly operation: FunctionName;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** In API Gateway's notation: `{name+}` takes the rest of the path, slashes too. */
  readonly path: string;
  /** `token`: through the authorizer. `none`: open to all. */
  readonly auth: 'token' | 'none';
  readonly summary: string;
}

/** Every call of the API. The gateways, of AWS and of one machine, are built from this list. */
export const routes: readonly Route[] = [
  { operation: 'get-health', method: 'GET', path: '/api/health', auth: 'none', summary: 'Whether the service answers' },
  {
    operation: 'create-repository',
    method: 'POST',
    path: '/api/repositories',
    auth: 'token',
    summary: 'Register a repository',
  },
  {
    operation: 'list-repositories',
    method: 'GET',
    path: '/api/repositories',
    auth: 'token',
    summary: 'Repositories that you may read',
  },
  {
    operation: 'get-repository',
    method: 'GET',
    path: '/api/repositories/{repo_id}',
    auth: 'token',
    summary: 'One repository and its index',
  },
  {
    operation: 'delete-repository',
    method: 'DELETE',
    path: '/api/repositories/{repo_id}',
    auth: 'token',
    summary: 'Remove a repository and its index',
  },
  {
    operation: 'list-branches',
    method: 'GET',
    path: '/api/repositories/{repo_id}/branches',
    auth: 'token',
    summary: 'The indexed branches, and where their source is',
  },
  {
    operation: 'delete-branch',
    method: 'DELETE',
    path: '/api/repositories/{repo_id}/branches/{name+}',
    auth: 'token',
    summary: 'Take a branch out of the index',
  },
  {
    operation: 'put-grant',
    method: 'PUT',
    path: '/api/repositories/{repo_id}/grants/{user}',
    auth: 'token',
    summary: 'Let a user read, write or own',
  },
  {
    operation: 'delete-grant',
    method: 'DELETE',
    path: '/api/repositories/{repo_id}/grants/{user}',
    auth: 'token',
    summary: 'Take a user’s grant away',
  },
  {
    operation: 'start-sync',
    method: 'POST',
    path: '/api/repositories/{repo_id}/sync',
    auth: 'token',
    summary: 'Start a sync',
  },
  {
    operation: 'get-job',
    method: 'GET',
    path: '/api/jobs/{job_id}',
    auth: 'token',
    summary: 'A sync job and its progress',
  },
  {
    operation: 'get-job-events',
    method: 'GET',
    path: '/api/jobs/{job_id}/events',
    auth: 'token',
    summary: 'A job’s progress as it happens',
  },
  {
    operation: 'get-openapi',
    method: 'GET',
    path: '/api/openapi.json',
    auth: 'none',
    summary: 'This API as an OpenAPI 3.1 document',
  },
  { operation: 'get-docs', method: 'GET', path: '/api/docs', auth: 'none', summary: 'This API as a page to read' },
  {
    operation: 'update-repository',
    method: 'PATCH',
    path: '/api/repositories/{repo_id}',
    auth: 'token',
    summary: 'Change a repository’s settings',
  },
  {
    operation: 'rotate-secret',
    method: 'POST',
    path: '/api/repositories/{repo_id}/secrets/{secret}',
    auth: 'token',
    summary: 'Make a new webhook or push secret, shown once',
  },
  {
    operation: 'list-jobs',
    method: 'GET',
    path: '/api/repositories/{repo_id}/jobs',
    auth: 'token',
    summary: 'A repository’s sync jobs, newest first',
  },
  {
    operation: 'cancel-job',
    method: 'POST',
    path: '/api/jobs/{job_id}/cancel',
    auth: 'token',
    summary: 'Cancel a running sync',
  },
  {
    operation: 'retry-failed',
    method: 'POST',
    path: '/api/jobs/{job_id}/retry-failed',
    auth: 'token',
    summary: 'Sync again what failed',
  },
  {
    operation: 'list-job-files',
    method: 'GET',
    path: '/api/jobs/{job_id}/files',
    auth: 'token',
    summary: 'What a job skipped or failed, and why',
  },
  {
    operation: 'list-webhook-deliveries',
    method: 'GET',
    path: '/api/repositories/{repo_id}/webhook-deliveries',
    auth: 'token',
    summary: 'What was sent to progress webhooks, newest first',
  },
  {
    operation: 'redeliver-webhook',
    method: 'POST',
    path: '/api/repositories/{repo_id}/webhook-deliveries/{delivery_id}/redeliver',
    auth: 'token',
    summary: 'Send a webhook again',
  },
  {
    operation: 'github-hook',
    method: 'POST',
    path: '/api/hooks/github/{repo_id}',
    auth: 'none',
    summary: 'GitHub’s push webhook, signed with the push secret',
  },
  {
    operation: 'gitlab-hook',
    method: 'POST',
    path: '/api/hooks/gitlab/{repo_id}',
    auth: 'none',
    summary: 'GitLab’s push webhook, with the push secret as its token',
  },
  {
    operation: 'search',
    method: 'GET',
    path: '/api/repositories/{repo_id}/search',
    auth: 'token',
    summary: 'Search a branch’s index',
  },
  {
    operation: 'grep',
    method: 'GET',
    path: '/api/repositories/{repo_id}/grep',
    auth: 'token',
    summary: 'Find every line that matches',
  },
  {
    operation: 'list-files',
    method: 'GET',
    path: '/api/repositories/{repo_id}/files',
    auth: 'token',
    summary: 'Files and directories of a branch',
  },
  {
    operation: 'read-file',
    method: 'GET',
    path: '/api/repositories/{repo_id}/files/{file_path+}',
    auth: 'token',
    summary: 'The text of a file',
  },
  {
    operation: 'search-all',
    method: 'GET',
    path: '/api/search',
    auth: 'token',
    summary: 'Search all repositories that you may read',
  },
  {
    operation: 'grep-all',
    method: 'GET',
    path: '/api/grep',
    auth: 'token',
    summary: 'Find every line that matches, in all repositories that you may read',
  },
  {
    operation: 'symbols',
    method: 'GET',
    path: '/api/repositories/{repo_id}/symbols',
    auth: 'token',
    summary: 'Find where a name is defined',
  },
  {
    operation: 'outline',
    method: 'GET',
    path: '/api/repositories/{repo_id}/outline/{file_path+}',
    auth: 'token',
    summary: 'What a file defines',
  },
  {
    operation: 'symbols-all',
    method: 'GET',
    path: '/api/symbols',
    auth: 'token',
    summary: 'Find where a name is defined, in all repositories that you may read',
  },
];
