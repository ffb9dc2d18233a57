import type { ApiOperation, Operation } from './operations-kit.ts';
import { repositoryOperations } from './operations-repositories.ts';
import { serviceOperations } from './operations-service.ts';
import { syncOperations } from './operations-syncs.ts';
import { webhookOperations } from './operations-webhooks.ts';

/**
 * What each call of routes.ts takes and answers. A call without an entry does not compile; the schemas are the ones that
 * the handlers parse by.
 */
export const operations: Readonly<Record<ApiOperation, Operation>> = {
  ...repositoryOperations,
  ...syncOperations,
  ...webhookOperations,
  ...serviceOperations,
};
