import { compose, logger, outbox, repositories } from '#ports';
import { RepositoryParams } from '../../core/contract/api.ts';
import { DeliveryQuery } from '../../core/contract/deliveries.ts';
import { listDeliveries } from '../../core/webhooks/webhook-deliveries.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { invalid, refusal } from '../handling/problems.ts';

const ports = compose({ logger, outbox, repositories });
const list = listDeliveries(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: RepositoryParams, query: DeliveryQuery },
  async ({ user, params, query }) => {
    try {
      const outcome = await list(params.repo_id, user, query);
      switch (outcome.kind) {
        case 'found':
          return { status: 200, body: { deliveries: outcome.page.items, next: outcome.page.next } };
        case 'not-found':
        case 'forbidden':
          return refusal(outcome.kind, 'Repository');
        default:
          return outcome satisfies never;
      }
    } catch (error) {
      if (error instanceof RangeError)
        return invalid([{ field: 'query.cursor', message: 'must be a cursor from `next`' }]);
      throw error;
    }
  },
);
