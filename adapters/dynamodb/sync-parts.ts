import type { TableNames } from '../../core/contract/tables.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { Database } from './database.ts';

/** What the parts of the sync store share. */
export interface SyncStoreParts {
  readonly database: Database;
  readonly tables: TableNames;
  /** How long a job is kept after its end. */
  readonly retentionSeconds: number;
  readonly logger?: Logger | undefined;
}
