import { fileOperations } from './files.ts';
import { grepOperations } from './grep.ts';
import type { ApiOperation, Operation } from './kit.ts';
import { repositoryOperations } from './repositories.ts';
import { searchOperations } from './search.ts';
import { serviceOperations } from './service.ts';
import { snapshotOperations } from './snapshots.ts';
import { symbolOperations } from './symbols.ts';
import { syncOperations } from './syncs.ts';
import { webhookOperations } from './webhooks.ts';

/**
 * What each call of routes.ts takes and answers. A call without an entry does not compile; the schemas are the ones that
 * the handlers parse by.
 */
export const operations: Readonly<Record<ApiOperation, Operation>> = {
  ...repositoryOperations,
  ...fileOperations,
  ...grepOperations,
  ...searchOperations,
  ...snapshotOperations,
  ...symbolOperations,
  ...syncOperations,
  ...webhookOperations,
  ...serviceOperations,
};
