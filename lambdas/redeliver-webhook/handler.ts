import { clock, compose, logger, outbox, repositories } from '#ports';
import { DeliveryParams } from '../../core/contract/deliveries.ts';
import { redeliverWebhook } from '../../core/webhooks/webhook-deliveries.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { notFound, refusal } from '../handling/problems.ts';

const ports = compose({ clock, logger, outbox, repositories });
const redeliver = redeliverWebhook(ports);

export const handler = defineApiHandler(ports.logger, { params: DeliveryParams }, async ({ user, params }) => {
  const outcome = await redeliver(params.repo_id, user, params.delivery_id);
  switch (outcome.kind) {
    case 'due':
      return { status: 202, body: outcome.delivery };
    case 'no-delivery':
      return notFound('Delivery');
    case 'not-found':
    case 'forbidden':
      return refusal(outcome.kind, 'Repository');
    default:
      return outcome satisfies never;
  }
});
