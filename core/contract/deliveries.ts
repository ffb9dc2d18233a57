import { z } from 'zod';
import { PageQuery } from './api.ts';
import { Delivery, DeliveryId, deliveryStatuses } from './events.ts';
import { RepositoryId } from './ids.ts';

/** Requests and answers of the calls about webhook deliveries; apart from api.ts, which events.ts builds on. */

export const DeliveryParams = z.object({ repo_id: RepositoryId, delivery_id: DeliveryId });

export const DeliveryQuery = PageQuery.extend({ status: z.enum(deliveryStatuses).optional() });
export type DeliveryQuery = z.infer<typeof DeliveryQuery>;

/** Newest first. With a status, a page may hold less than its limit, even nothing, while `next` leads on. */
export const DeliveryList = z.object({ deliveries: z.array(Delivery), next: z.string().nullable() });
