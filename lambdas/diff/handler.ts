import { runtime } from '#runtime';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { diff } from '../../core/steps/diff.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(JobRef, diff(runtime()));
