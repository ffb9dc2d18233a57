import { chunker, clock, compose, embedder, git, logger, objects, repositories, sync } from '#ports';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { pull } from '../../core/sync/pull.ts';
import { defineHandler } from '../shared/define-handler.ts';

export const handler = defineHandler(
  JobRef,
  pull(compose({ chunker, clock, embedder, git, logger, objects, repositories, sync })),
);
