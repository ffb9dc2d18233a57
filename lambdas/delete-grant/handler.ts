import { runtime } from '#runtime';
import { GrantParams } from '../../core/contract/api.ts';
import { changeGrant } from '../../core/repositories/change-grant.ts';
import { defineApiHandler } from '../shared/define-api-handler.ts';
import { grantAnswer } from '../shared/grant-answer.ts';

const change = changeGrant(runtime());

export const handler = defineApiHandler(runtime().logger, { params: GrantParams }, async ({ user, params }) =>
  grantAnswer(await change(params.repo_id, user, params.user, null)),
);
