import { createHmac } from 'node:crypto';
import type { JobAnswer } from '../../core/contract/api.ts';
import type { RepositoryId } from '../../core/contract/ids.ts';
import type { PushHookAnswer } from '../../core/contract/push-hooks.ts';
import type { Reply } from './api.ts';
import type { GitRepository } from './git-repository.ts';
import type { UsedWorld } from './use-world.ts';

/** What git hosts send, signed as they sign it, and what comes of it. */
export const pushHookLab = (world: UsedWorld) => {
  const register = (id: string): Promise<GitRepository> =>
    world.registered(id, { 'a.ts': 'export const a = "aardwolf";\n' });

  const commit = async (git: GitRepository, name: string): Promise<string> => {
    await git.write({ [`${name}.ts`]: `export const ${name} = "${name}";\n` });
    return git.commit(name);
  };

  const secretOf = async (id: string): Promise<string> =>
    (await world.server.runtime.repositories.get(id as RepositoryId))?.secrets.push ?? '';

  const jobsOf = async (id: string): Promise<JobAnswer[]> => {
    const page = await world.server.runtime.jobs.list(id as RepositoryId, 50, null);
    return Promise.all(page.items.map(({ job_id }) => world.api.job(job_id)));
  };

  /** Whether a push is still to be followed, now or in a while. */
  const isOwed = async (id: string): Promise<boolean> => {
    const soon = await world.server.runtime.followUps.due(new Date(Date.now() + 60_000), 100);
    return soon.some(({ repositoryId }) => repositoryId === id);
  };

  /** Waits for a repository that owes nothing and runs nothing: what is owed goes when its job comes, so no other job can follow. */
  const settled = async (id: string, jobs: number): Promise<JobAnswer[]> => {
    for (;;) {
      const owed = await isOwed(id);
      const all = await jobsOf(id);
      if (!owed && all.length >= jobs && all.every((job) => job.ended_at !== null)) return all;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  const github = async (
    id: string,
    body: object | string,
    {
      event = 'push',
      secret,
      headers = {},
    }: { event?: string; secret?: string; headers?: Record<string, string> } = {},
  ): Promise<Reply<PushHookAnswer>> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const signature = createHmac('sha256', secret ?? (await secretOf(id)))
      .update(text)
      .digest('hex');
    return world.anonymous.call('POST', `/api/hooks/github/${id}`, text, {
      'content-type': 'application/json',
      'X-GitHub-Event': event,
      'X-Hub-Signature-256': `sha256=${signature}`,
      ...headers,
    });
  };

  const pushTo = (branch: string, more: object = {}) => ({ ref: `refs/heads/${branch}`, deleted: false, ...more });

  const gitlab = async (
    id: string,
    body: object,
    token?: string,
    event = 'Push Hook',
  ): Promise<Reply<PushHookAnswer>> =>
    world.anonymous.call('POST', `/api/hooks/gitlab/${id}`, body, {
      'X-Gitlab-Event': event,
      'X-Gitlab-Token': token ?? (await secretOf(id)),
    });

  return { register, commit, secretOf, jobsOf, isOwed, settled, github, pushTo, gitlab };
};
