import { clock, compose, index, jobs, logger, objects, repositories, running, settings } from '#ports';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { beginSync } from '../../core/sync/begin-sync.ts';
import { defineHandler } from '../handling/define-handler.ts';

export const handler = defineHandler(
  JobRef,
  beginSync(compose({ clock, index, jobs, logger, objects, repositories, running, settings })),
);
