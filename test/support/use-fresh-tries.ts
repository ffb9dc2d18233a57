import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach } from 'vitest';
import type { RepositoryAnswer } from '../../core/contract/api.ts';
import type { Api } from './api.ts';

type Call = Api['call'];

/** Removes a repository, whatever runs on it. */
const remove = async (call: Call, id: string): Promise<void> => {
  for (;;) {
    const { status } = await call('DELETE', `/api/repositories/${id}`);
    if (status !== 409) return;
    const { body } = await call<RepositoryAnswer>('GET', `/api/repositories/${id}`);
    if (body.active_job_id !== null) await call('POST', `/api/jobs/${body.active_job_id}/cancel`);
    await sleep(50);
  }
};

/**
 * Has a second try of a test begin without the repositories that its first try registered: their names would be taken, and what they hold would not be
 * what the test has made. Returns what has to see the calls.
 */
export const useFreshTries = (): ((call: Call) => Call) => {
  const registered: { readonly id: string; readonly call: Call }[] = [];
  let tried: string | undefined;
  beforeEach(async ({ task }) => {
    const before = registered.splice(0);
    if (task.id === tried) for (const { id, call } of before) await remove(call, id);
    tried = task.id;
  });
  return (call) =>
    async (method, path, ...more) => {
      const reply = await call<never>(method, path, ...more);
      if (method === 'POST' && path === '/api/repositories' && reply.status === 201)
        registered.push({ id: (reply.body as RepositoryAnswer).repository_id, call });
      return reply;
    };
};
