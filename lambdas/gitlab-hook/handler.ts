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
  repositories,
  workflow,
} from '#ports';
import { GitlabPush } from '../../core/contract/push-hooks.ts';
import { authenticatePush, takePush } from '../../core/triggers/push-hook.ts';
import { defineHookHandler } from '../handling/define-hook-handler.ts';

const ports = compose({ branches, claims, clock, followUps, ids, jobs, logger, metrics, repositories, workflow });
const take = takePush(ports);

const Push = GitlabPush.transform(({ ref, after, project }) => ({
  kind: 'push' as const,
  ref,
  deleted: /^0+$/.test(after),
  defaultBranch: project?.default_branch ?? null,
}));

export const handler = defineHookHandler(
  {
    logger: ports.logger,
    authenticate: authenticatePush(ports),
    take: (repository, event) => take(repository, 'gitlab', event),
  },
  {
    proof: (headers) => {
      const token = headers['x-gitlab-token'];
      return token === undefined ? null : { kind: 'token', token };
    },
    event: (headers) => {
      const name = headers['x-gitlab-event'] ?? '';
      return name === 'Push Hook' ? Push : { other: name };
    },
  },
);
