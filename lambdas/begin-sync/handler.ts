import { runtime } from '#runtime';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { beginSync } from '../../core/steps/begin-sync.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(JobRef, beginSync(runtime()));
