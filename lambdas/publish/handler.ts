import { runtime } from '#runtime';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { publish } from '../../core/steps/publish.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(JobRef, publish(runtime()));
