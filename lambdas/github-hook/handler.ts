import { claims, clock, compose, followUps, ids, logger, metrics, repositories, workflow } from '#ports';
import { GithubPush } from '../../core/contract/push-hooks.ts';
import { authenticatePush, takePush } from '../../core/triggers/push-hook.ts';
import { defineHookHandler } from '../handling/define-hook-handler.ts';

const ports = compose({ claims, clock, followUps, ids, logger, metrics, repositories, workflow });
const take = takePush(ports);

export const handler = defineHookHandler(
  {
    logger: ports.logger,
    authenticate: authenticatePush(ports),
    take: (repository, event) => take(repository, 'github', event),
  },
  {
    proof: (headers) => {
      const hex = /^sha256=(.+)$/.exec(headers['x-hub-signature-256'] ?? '')?.[1];
      return hex === undefined ? null : { kind: 'hmac-sha256', hex };
    },
    event: (headers) => {
      const name = headers['x-github-event'] ?? '';
      return name === 'push' || name === 'ping' ? name : { other: name };
    },
    push: GithubPush.transform(({ ref, deleted, repository }) => ({
      kind: 'push' as const,
      ref,
      deleted,
      defaultBranch: repository?.default_branch ?? null,
    })),
  },
);
