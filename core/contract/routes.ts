import type { FunctionName } from './environment.ts';

export interface Route {
  readonly operation: FunctionName;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** In API Gateway's notation. */
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
    operation: 'search',
    method: 'GET',
    path: '/api/repositories/{repo_id}/search',
    auth: 'token',
    summary: 'Search a branch’s index',
  },
];
