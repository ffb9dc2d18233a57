import { runtime } from '#runtime';
import { ScheduledSync } from '../../core/contract/scheduled-sync.ts';
import { scheduledSync } from '../../core/triggers/scheduled-sync.ts';
import { defineHandler } from '../shared/define-handler.ts';

export const handler = defineHandler(ScheduledSync, scheduledSync(runtime()));
