import { runtime } from '#runtime';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { stage } from '../../core/sync/stage.ts';
import { defineHandler } from '../shared/define-handler.ts';

export const handler = defineHandler(JobRef, stage(runtime()));
