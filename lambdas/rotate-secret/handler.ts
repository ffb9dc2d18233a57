import { clock, compose, ids, logger, repositories } from '#ports';
import { SecretParams } from '../../core/contract/api.ts';
import { rotateSecret } from '../../core/repositories/rotate-secret.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { refusal } from '../handling/problems.ts';

const ports = compose({ clock, ids, logger, repositories });
const rotate = rotateSecret(ports);

export const handler = defineApiHandler(ports.logger, { params: SecretParams }, async ({ user, params }) => {
  const { repo_id, secret: name } = params;
  const outcome = await rotate(repo_id, user, name);
  switch (outcome.kind) {
    case 'rotated':
      return { status: 201, body: { repository_id: repo_id, name, secret: outcome.secret } };
    case 'not-found':
    case 'forbidden':
      return refusal(outcome.kind, 'Repository');
    default:
      return outcome satisfies never;
  }
});
