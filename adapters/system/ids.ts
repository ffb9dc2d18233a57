import { randomBytes, randomUUID } from 'node:crypto';
import type { Ids } from '../../core/ports/clock.ts';

export const randomIds: Ids = {
  jobId: () => `sync-${randomUUID()}`,
  secret: () => `whsec_${randomBytes(32).toString('base64')}`,
  repositoryId: () => `repo-${randomUUID().slice(0, 13)}`,
};
