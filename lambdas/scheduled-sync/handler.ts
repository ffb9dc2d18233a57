import {
  claims,
  clock,
  compose,
  followUps,
  ids,
  logger,
  metrics,
  repositories,
  schedules,
  settings,
  tokenQuota,
  workflow,
} from '#ports';
import { ScheduledSync } from '../../core/contract/scheduled-sync.ts';
import { scheduledSync } from '../../core/triggers/scheduled-sync.ts';
import { defineHandler } from '../handling/define-handler.ts';

export const handler = defineHandler(
  ScheduledSync,
  scheduledSync(
    compose({
      claims,
      clock,
      followUps,
      ids,
      logger,
      metrics,
      repositories,
      schedules,
      settings,
      tokenQuota,
      workflow,
    }),
  ),
);
