import { chunker, clock, compose, embedder, logger, objects, pathRules, repositories, sync } from '#ports';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { diff } from '../../core/sync/diff.ts';
import { defineHandler } from '../shared/define-handler.ts';

export const handler = defineHandler(
  JobRef,
  diff(compose({ chunker, clock, embedder, logger, objects, pathRules, repositories, sync })),
);
