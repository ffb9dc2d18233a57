import { runtime } from '#runtime';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { pull } from '../../core/steps/pull.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(JobRef, pull(runtime()));
