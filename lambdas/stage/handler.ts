import { runtime } from '#runtime';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { stage } from '../../core/steps/stage.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(JobRef, stage(runtime()));
