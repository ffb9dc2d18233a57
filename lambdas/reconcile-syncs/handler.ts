import { z } from 'zod';
import { claims, clock, compose, ends, jobs, logger, metrics, workflow } from '#ports';
import { reconcileSyncs } from '../../core/upkeep/reconcile-syncs.ts';
import { defineHandler } from '../handling/define-handler.ts';

/**
 * The schedule's own event is ignored; a caller may shorten the time that a starter has, or name the one execution that
 * has ended (lib/workflow/reconciler.ts).
 */
const ReconcileEvent = z.object({
  graceSeconds: z.number().min(0).default(30),
  execution: z.string().optional(),
});

export const handler = defineHandler(
  ReconcileEvent,
  reconcileSyncs(compose({ claims, clock, ends, jobs, logger, metrics, workflow })),
);
