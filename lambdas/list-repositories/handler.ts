import { clock, compose, followUps, logger, repositories, scheduleTimes } from '#ports';
import { PageQuery } from '../../core/contract/api.ts';
import { listRepositories } from '../../core/repositories/list-repositories.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { invalid } from '../handling/problems.ts';

const ports = compose({ clock, followUps, logger, repositories, scheduleTimes });
const list = listRepositories(ports);

export const handler = defineApiHandler(ports.logger, { query: PageQuery }, async ({ user, query }) => {
  try {
    const page = await list(user, query.limit, query.cursor ?? null);
    return { status: 200, body: { repositories: page.items, next: page.next } };
  } catch (error) {
    if (error instanceof RangeError)
      return invalid([{ field: 'query.cursor', message: 'must be a cursor from `next`' }]);
    throw error;
  }
});
