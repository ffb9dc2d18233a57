import { compose, logger, repositories } from '#ports';
import { GrantParams, PutGrant } from '../../core/contract/api.ts';
import { changeGrant } from '../../core/repositories/change-grant.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { grantAnswer } from '../handling/grant-answer.ts';

const ports = compose({ logger, repositories });
const change = changeGrant(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: GrantParams, body: PutGrant },
  async ({ user, params, body }) => grantAnswer(await change(params.repo_id, user, params.user, body.role)),
);
