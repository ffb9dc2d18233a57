import { runtime } from '#runtime';
import { GitlabPush } from '../../core/contract/push-hooks.ts';
import { authenticatePush, takePush } from '../../core/triggers/push-hook.ts';
import { defineHookHandler } from '../shared/define-hook-handler.ts';

const take = takePush(runtime());

export const handler = defineHookHandler(
  {
    logger: runtime().logger,
    authenticate: authenticatePush(runtime()),
    take: (repository, event) => take(repository, 'gitlab', event),
  },
  {
    proof: (headers) => {
      const token = headers['x-gitlab-token'];
      return token === undefined ? null : { kind: 'token', token };
    },
    event: (headers) => {
      const name = headers['x-gitlab-event'] ?? '';
      return name === 'Push Hook' ? 'push' : { other: name };
    },
    push: GitlabPush.transform(({ ref, after, project }) => ({
      kind: 'push' as const,
      ref,
      deleted: /^0+$/.test(after),
      defaultBranch: project?.default_branch ?? null,
    })),
  },
);
