import { z } from 'zod';
import {
  claims,
  clock,
  compose,
  followUps,
  ids,
  index,
  jobs,
  logger,
  metrics,
  objects,
  outbox,
  removals,
  repositories,
  webhooks,
  workflow,
} from '#ports';
import { dispatchDue } from '../../core/upkeep/dispatch-due.ts';
import { defineHandler } from '../handling/define-handler.ts';

/** Neither the schedule's event nor the stream's records have a say: they only tell that there may be something to do. */
const DispatchEvent = z.object({ only: z.enum(['webhooks', 'follow-ups', 'removals']).optional() });

export const handler = defineHandler(
  DispatchEvent,
  dispatchDue(
    compose({
      claims,
      clock,
      followUps,
      ids,
      index,
      jobs,
      logger,
      metrics,
      objects,
      outbox,
      removals,
      repositories,
      webhooks,
      workflow,
    }),
  ),
);
