import { runtime } from '#runtime';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { publish } from '../../core/sync/publish.ts';
import { defineHandler } from '../shared/define-handler.ts';

export const handler = defineHandler(JobRef, publish(runtime()));
