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
import { GitlabPush } from '../../core/contract/push-hooks.ts';
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

const Push = GitlabPush.transform(({ ref, after, project }) => ({
  kind: 'push' as const,
  ref,
  deleted: /^0+$/.test(after),
  defaultBranch: project?.default_branch ?? null,
  isDated: false,
}));

export const handler = defineHookHandler(
  {
    logger: ports.logger,
    authenticate: authenticatePush(ports),
    take: (repository, event, deliveries) => take(repository, 'gitlab', event, deliveries),
  },
  {
    proof: (headers) => {
      const token = headers['x-gitlab-token'];
      return token === undefined ? null : { kind: 'token', token };
    },
    // Since 17.4. X-Gitlab-Event-UUID is the same for pushes that one of our callers makes when it hears of another.
    delivery: (headers) => headers['idempotency-key'],
    event: (headers) => {
      const name = headers['x-gitlab-event'] ?? '';
      return name === 'Push Hook' ? Push : { other: name };
    },
  },
);
