import { clock, compose, ends, jobs, logger, metrics, objects } from '#ports';
import { FailSyncInput } from '../../core/contract/workflow-state.ts';
import { failSync } from '../../core/sync/fail-sync.ts';
import { defineHandler } from '../handling/define-handler.ts';

export const handler = defineHandler(FailSyncInput, failSync(compose({ clock, ends, jobs, logger, metrics, objects })));
