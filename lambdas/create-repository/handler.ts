import {
  clock,
  compose,
  credentials,
  ids,
  logger,
  repositories,
  schedules,
  scheduleTimes,
  settings,
  sourceRemotes,
  sourceRoots,
} from '#ports';
import { CreateRepository } from '../../core/contract/api.ts';
import { rights } from '../../core/contract/rights.ts';
import { createRepository } from '../../core/repositories/create-repository.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { credentialRefused, invalid, problem, quotaExceeded } from '../handling/problems.ts';

const ports = compose({
  clock,
  credentials,
  ids,
  logger,
  repositories,
  schedules,
  scheduleTimes,
  settings,
  sourceRemotes,
  sourceRoots,
});
const create = createRepository(ports);

export const handler = defineApiHandler(
  ports.logger,
  { body: CreateRepository },
  async ({ user, rights: held, body }) => {
    const outcome = await create({ user, rights: held }, body);
    switch (outcome.kind) {
      case 'created': {
        const location = `/api/repositories/${outcome.repository.repository_id}`;
        return { status: 201, body: { ...outcome.repository, secrets: outcome.secrets }, headers: { location } };
      }
      case 'quota-exceeded':
        return quotaExceeded(outcome);
      case 'may-not-register': {
        const detail = `to register takes the right ${rights.register}, as a scope or a group of your token: ask the operator`;
        return problem(403, 'Registration not allowed', detail);
      }
      case 'taken':
        return problem(409, 'Repository exists', `repository ${body.repository_id} exists already`);
      case 'bad-source':
        return invalid([{ field: 'source.url', message: outcome.reason }]);
      case 'bad-credential':
        return credentialRefused();
      case 'bad-schedule':
        return invalid([{ field: 'schedule', message: outcome.reason }]);
      default:
        return outcome satisfies never;
    }
  },
);
