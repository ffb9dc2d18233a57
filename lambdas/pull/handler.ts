import { runtime } from '#runtime';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { pull } from '../../core/sync/pull.ts';
import { defineHandler } from '../shared/define-handler.ts';

export const handler = defineHandler(JobRef, pull(runtime()));
