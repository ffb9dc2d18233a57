import { runtime } from '#runtime';
import { DeliveryParams } from '../../core/contract/deliveries.ts';
import { redeliverWebhook } from '../../core/webhooks/webhook-deliveries.ts';
import { defineApiHandler } from '../shared/define-api-handler.ts';
import { forbidden, notFound } from '../shared/problems.ts';

const redeliver = redeliverWebhook(runtime());

export const handler = defineApiHandler(runtime().logger, { params: DeliveryParams }, async ({ user, params }) => {
  const outcome = await redeliver(params.repo_id, user, params.delivery_id);
  switch (outcome.kind) {
    case 'due':
      return { status: 202, body: outcome.delivery };
    case 'no-delivery':
      return notFound('Delivery');
    case 'not-found':
      return notFound('Repository');
    case 'forbidden':
      return forbidden();
    default:
      return outcome satisfies never;
  }
});
