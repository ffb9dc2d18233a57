import { compose, logger, repositories } from '#ports';
import { GrantParams } from '../../core/contract/api.ts';
import { changeGrant } from '../../core/repositories/change-grant.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { grantAnswer } from '../handling/grant-answer.ts';

const ports = compose({ logger, repositories });
const change = changeGrant(ports);

export const handler = defineApiHandler(ports.logger, { params: GrantParams }, async ({ user, params }) =>
  grantAnswer(await change(params.repo_id, user, params.user, null)),
);
