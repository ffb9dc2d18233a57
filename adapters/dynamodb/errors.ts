import { SyncError } from '../../core/domain/errors.ts';

/** A stored item is not what its schema says, or an item that another one names is missing. Trying again does not help. */
export class StoredRecordError extends SyncError {}
