import { branches, clock, compose, jobs, logger, repositories } from '#ports';
import { BranchParams } from '../../core/contract/api.ts';
import { dropBranch } from '../../core/repositories/drop-branch.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { notFound, refusal } from '../handling/problems.ts';
import { heldAnswer } from '../handling/sync-answers.ts';

const ports = compose({ branches, clock, jobs, logger, repositories });
const drop = dropBranch(ports);

export const handler = defineApiHandler(ports.logger, { params: BranchParams }, async ({ user, params }) => {
  const outcome = await drop(params.repo_id, user, params.name);
  switch (outcome.kind) {
    case 'dropped':
      return { status: 204, body: null };
    case 'held':
      return heldAnswer(outcome.by, ports.clock.now());
    case 'not-indexed':
      return notFound('Branch');
    case 'not-found':
    case 'forbidden':
      return refusal(outcome.kind, 'Repository');
    default:
      return outcome satisfies never;
  }
});
