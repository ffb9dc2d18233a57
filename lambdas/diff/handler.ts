import {
  chunker,
  clock,
  compose,
  embedder,
  index,
  jobs,
  logger,
  objects,
  pathRules,
  repositories,
  running,
  settings,
} from '#ports';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { diff } from '../../core/sync/diff.ts';
import { defineHandler } from '../handling/define-handler.ts';

export const handler = defineHandler(
  JobRef,
  diff(compose({ chunker, clock, embedder, index, jobs, logger, objects, pathRules, repositories, running, settings })),
);
