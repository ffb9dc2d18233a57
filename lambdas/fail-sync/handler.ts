import { runtime } from '#runtime';
import { FailSyncInput } from '../../core/contract/workflow-state.ts';
import { failSync } from '../../core/sync/fail-sync.ts';
import { defineHandler } from '../shared/define-handler.ts';

export const handler = defineHandler(FailSyncInput, failSync(runtime()));
