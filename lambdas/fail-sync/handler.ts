import { clock, compose, logger, metrics, objects, sync } from '#ports';
import { FailSyncInput } from '../../core/contract/workflow-state.ts';
import { failSync } from '../../core/sync/fail-sync.ts';
import { defineHandler } from '../shared/define-handler.ts';

export const handler = defineHandler(FailSyncInput, failSync(compose({ clock, logger, metrics, objects, sync })));
