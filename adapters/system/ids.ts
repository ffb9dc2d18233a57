import { randomUUID } from 'node:crypto';
import type { Ids } from '../../core/ports/clock.ts';

export const randomIds: Ids = {
  jobId: () => `sync-${randomUUID()}`,
  repositoryId: () => `repo-${randomUUID().slice(0, 13)}`,
};
