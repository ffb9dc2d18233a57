import { runtime } from '#runtime';
import { GrantParams } from '../../core/contract/api.ts';
import { changeGrant } from '../../core/steps/repositories.ts';
import { defineApiHandler } from '../define-api-handler.ts';
import { grantAnswer } from '../grant-answer.ts';

const change = changeGrant(runtime());

export const handler = defineApiHandler(runtime().logger, { params: GrantParams }, async ({ user, params }) =>
  grantAnswer(await change(params.repo_id, user, params.user, null)),
);
