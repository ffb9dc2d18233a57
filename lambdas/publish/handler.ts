import { clock, compose, index, logger, metrics, objects, repositories, sync } from '#ports';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { publish } from '../../core/sync/publish.ts';
import { defineHandler } from '../shared/define-handler.ts';

export const handler = defineHandler(
  JobRef,
  publish(compose({ clock, index, logger, metrics, objects, repositories, sync })),
);
