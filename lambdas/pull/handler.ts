import { chunker, clock, compose, embedder, git, jobs, logger, objects, repositories, running } from '#ports';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { pull } from '../../core/sync/pull.ts';
import { defineHandler } from '../handling/define-handler.ts';

export const handler = defineHandler(
  JobRef,
  pull(compose({ chunker, clock, embedder, git, jobs, logger, objects, repositories, running })),
);
