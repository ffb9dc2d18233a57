import { clock, compose, git, logger, objects, repositories, settings, sync } from '#ports';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { stage } from '../../core/sync/stage.ts';
import { defineHandler } from '../shared/define-handler.ts';

export const handler = defineHandler(
  JobRef,
  stage(compose({ clock, git, logger, objects, repositories, settings, sync })),
);
