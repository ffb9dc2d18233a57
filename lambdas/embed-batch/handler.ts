import { runtime } from '#runtime';
import { EmbedBatchInput } from '../../core/contract/workflow-state.ts';
import { embedBatch } from '../../core/sync/embed-batch.ts';
import { defineHandler } from '../shared/define-handler.ts';

export const handler = defineHandler(EmbedBatchInput, embedBatch(runtime()));
