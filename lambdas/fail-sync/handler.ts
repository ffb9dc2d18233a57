import { runtime } from '#runtime';
import { FailSyncInput } from '../../core/contract/workflow-state.ts';
import { failSync } from '../../core/steps/fail-sync.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(FailSyncInput, failSync(runtime()));
