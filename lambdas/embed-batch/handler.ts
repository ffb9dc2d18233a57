import {
  batches,
  chunker,
  clock,
  compose,
  embedder,
  index,
  jobs,
  logger,
  objects,
  repositories,
  running,
  settings,
  tokenQuota,
} from '#ports';
import { EmbedBatchInput } from '../../core/contract/workflow-state.ts';
import { embedBatch } from '../../core/sync/embed-batch.ts';
import { defineHandler } from '../handling/define-handler.ts';

export const handler = defineHandler(
  EmbedBatchInput,
  embedBatch(
    compose({
      batches,
      chunker,
      clock,
      embedder,
      index,
      jobs,
      logger,
      objects,
      repositories,
      running,
      settings,
      tokenQuota,
    }),
  ),
);
