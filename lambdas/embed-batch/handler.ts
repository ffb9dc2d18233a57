import { runtime } from '#runtime';
import { EmbedBatchInput } from '../../core/contract/workflow-state.ts';
import { embedBatch } from '../../core/steps/embed-batch.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(EmbedBatchInput, embedBatch(runtime()));
