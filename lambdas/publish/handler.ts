import { clock, compose, ends, index, jobs, logger, metrics, objects, repositories, running, settings } from '#ports';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { publish } from '../../core/sync/publish.ts';
import { defineHandler } from '../handling/define-handler.ts';

export const handler = defineHandler(
  JobRef,
  publish(compose({ clock, ends, index, jobs, logger, metrics, objects, repositories, running, settings })),
);
