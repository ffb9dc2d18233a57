import {
  batches,
  clock,
  compose,
  encodingGuess,
  fileWatch,
  git,
  headStart,
  jobs,
  logger,
  objects,
  repositories,
  running,
  settings,
} from '#ports';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { stage } from '../../core/sync/stage.ts';
import { defineHandler } from '../handling/define-handler.ts';

export const handler = defineHandler(
  JobRef,
  stage(
    compose({
      batches,
      clock,
      encodingGuess,
      fileWatch,
      git,
      headStart,
      jobs,
      logger,
      objects,
      repositories,
      running,
      settings,
    }),
  ),
);
