import {
  branches,
  claims,
  clock,
  compose,
  followUps,
  ids,
  jobs,
  logger,
  metrics,
  pushDeliveries,
  repositories,
  workflow,
} from '#ports';
import { GithubDelete, GithubPush } from '../../core/contract/push-hooks.ts';
import { authenticatePush, takePush } from '../../core/triggers/push-hook.ts';
import { defineHookHandler } from '../handling/define-hook-handler.ts';

const ports = compose({
  branches,
  claims,
  clock,
  followUps,
  ids,
  jobs,
  logger,
  metrics,
  pushDeliveries,
  repositories,
  workflow,
});
const take = takePush(ports);

const Push = GithubPush.transform(({ ref, deleted, repository }) => ({
  kind: 'push' as const,
  ref,
  deleted,
  defaultBranch: repository?.default_branch ?? null,
  isDated: repository?.pushed_at !== undefined,
}));
/** Said in another way than by a push: GitHub sends both to who asks for both, Gitea this one alone. */
const Delete = GithubDelete.transform(({ ref, ref_type }) => ({
  kind: 'push' as const,
  ref: ref_type === 'branch' ? `refs/heads/${ref}` : `refs/${ref_type}s/${ref}`,
  deleted: true,
  defaultBranch: null,
  isDated: false,
}));

export const handler = defineHookHandler(
  {
    logger: ports.logger,
    authenticate: authenticatePush(ports),
    take: (repository, event, deliveries) => take(repository, 'github', event, deliveries),
  },
  {
    proof: (headers) => {
      const hex = /^sha256=(.+)$/.exec(headers['x-hub-signature-256'] ?? '')?.[1];
      return hex === undefined ? null : { kind: 'hmac-sha256', hex };
    },
    // Gitea sends it too. The signature is of the body alone: a delivery that is dated is known by its body as well.
    delivery: (headers) => headers['x-github-delivery'],
    event: (headers) => {
      const name = headers['x-github-event'] ?? '';
      if (name === 'push') return Push;
      if (name === 'delete') return Delete;
      return name === 'ping' ? name : { other: name };
    },
  },
);
