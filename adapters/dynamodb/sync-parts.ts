import type { TableNames } from '../../core/contract/tables.ts';
import type { Logger } from '../../core/ports/logger.ts';
import { Database, type DatabaseOptions } from './database.ts';

/** Where jobs and locks are kept. */
export interface JobTables {
  readonly database: Database;
  readonly tables: TableNames;
}

/** What those that end jobs, and take their batches from them, need too. */
export interface SyncParts extends JobTables {
  /** How long a job is kept after its end. */
  readonly retentionSeconds: number;
  readonly logger?: Logger | undefined;
}

export type JobTablesOptions = DatabaseOptions & { readonly tables: TableNames };

export type SyncPartsOptions = JobTablesOptions & {
  readonly logger?: Logger | undefined;
  /** How long a job is kept after its end; 90 days unless told. The same for all ports over the same tables. */
  readonly retentionSeconds?: number | undefined;
};

/** 90 days. */
const RETENTION_SECONDS = 90 * 86_400;

/**
 * Jobs and locks in DynamoDB; core/contract/tables.ts has the shapes.
 *
 * Every port that is made of these throws StoreBusyError when others kept it from writing for some seconds (worth another
 * try), and StoredRecordError for stored items that are not as their schema says.
 */
export const jobTables = (options: JobTablesOptions): JobTables => ({
  database: new Database(options),
  tables: options.tables,
});

export const syncParts = (options: SyncPartsOptions): SyncParts => ({
  ...jobTables(options),
  retentionSeconds: options.retentionSeconds ?? RETENTION_SECONDS,
  logger: options.logger,
});
