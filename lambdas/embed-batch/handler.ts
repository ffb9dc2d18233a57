import { chunker, clock, compose, embedder, index, logger, objects, repositories, sync } from '#ports';
import { EmbedBatchInput } from '../../core/contract/workflow-state.ts';
import { embedBatch } from '../../core/sync/embed-batch.ts';
import { defineHandler } from '../shared/define-handler.ts';

export const handler = defineHandler(
  EmbedBatchInput,
  embedBatch(compose({ chunker, clock, embedder, index, logger, objects, repositories, sync })),
);
