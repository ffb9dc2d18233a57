import { runtime } from '#runtime';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { diff } from '../../core/sync/diff.ts';
import { defineHandler } from '../shared/define-handler.ts';

export const handler = defineHandler(JobRef, diff(runtime()));
