import { z } from 'zod';
import { JobAnswer } from './api.ts';
import { JobId, RepositoryId } from './ids.ts';

/** The events that a progress webhook gets. */
export const eventTypes = ['sync.started', 'sync.progress', 'sync.completed', 'sync.failed', 'sync.cancelled'] as const;

/** The body of a webhook, as Standard Webhooks lays it out. */
export const SyncEvent = z.object({
  type: z.enum(eventTypes),
  timestamp: z.iso.datetime(),
  /** The job as it stood then. */
  data: JobAnswer,
});
export type SyncEvent = z.infer<typeof SyncEvent>;

export const DeliveryAttempt = z.object({
  at: z.iso.datetime(),
  /** The receiver's status; null when there was no answer. */
  status: z.int().nullable(),
  /** Why there was none; null when there was one. */
  error: z.string().nullable(),
  milliseconds: z.int().min(0),
});
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

/**
 * `pending`: to be tried (again); `delivered`: a 2xx came; `failed`: given up; `disabled`: the receiver said 410, and
 * nothing is sent to its address any more until a user asks for a redelivery.
 */
export const deliveryStatuses = ['pending', 'delivered', 'failed', 'disabled'] as const;

export const DeliveryId = z
  .string()
  .regex(/^msg-[0-9a-f-]{36}$/, 'must be a delivery id such as msg-6f1c…')
  .brand<'DeliveryId'>();
export type DeliveryId = z.infer<typeof DeliveryId>;

/** One event on its way to one address: the outbox's record and the delivery log's line. */
export const Delivery = z.object({
  delivery_id: DeliveryId,
  repository_id: RepositoryId,
  job_id: JobId,
  url: z.string(),
  event: SyncEvent,
  status: z.enum(deliveryStatuses),
  /** The last ones, newest last. */
  attempts: z.array(DeliveryAttempt),
  /** How often it was tried. */
  tries: z.int().min(0),
  /** When to try (again); null unless pending. */
  next_attempt_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  /** Its job's: see JobRecord. */
  repository_created_at: z.iso.datetime().optional(),
});
export type Delivery = z.infer<typeof Delivery>;
