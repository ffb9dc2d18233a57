import type { FailureReason } from './failure-reasons.ts';

interface SyncErrorOptions extends ErrorOptions {
  readonly reason?: FailureReason | undefined;
}

/**
 * Failures with a name. The workflow retries and reports by `name`, so a name is part of the contract:
 * renaming one means changing core/workflow/sync.asl.json.
 */
export class SyncError extends Error {
  /** More exact than the name, where more is known. */
  readonly reason: FailureReason | undefined;
  constructor(message: string, options?: SyncErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.reason = options?.reason;
  }
}

/** The remote did not answer, or answered with a passing fault. Worth another try. */
export class SourceUnavailableError extends SyncError {}
/** There is no repository at the source, or it may not be read with what we have. */
export class SourceNotFoundError extends SyncError {}
/** The source's address may not be used: its scheme, its host or what the host resolves to. */
export class SourceRefusedError extends SyncError {}
/** A branch that was asked for does not exist at the source. */
export class BranchNotFoundError extends SyncError {}
/** The source is larger or deeper than the limits allow, or its objects are malformed. */
export class SourceUnusableError extends SyncError {}
/** A store was throttled, out of reach, or contended for longer than its adapter keeps trying. Worth another try. */
export class StoreBusyError extends SyncError {}
/** The embedder asks for less. Worth another try, later. */
export class EmbedderThrottledError extends SyncError {}
/** The embedder failed for a reason that may pass. */
export class EmbedderUnavailableError extends SyncError {}
/** The embedding model may not be used at all, until an operator changes something. */
export class EmbedderRefusedError extends SyncError {}
/** The generation was made by another embedder than the one that runs now. */
export class EmbedderMismatchError extends SyncError {}
/** The owner's tokens of the day are used up. Worth another try, on another day. */
export class QuotaExceededError extends SyncError {}
/** The sync would read more files, or cost more, than its caller allows. */
export class OverLimitError extends SyncError {}
/** Another job, another attempt or a cancel took this job's claim away: stop, and write nothing more. */
export class SyncSupersededError extends SyncError {}
/** A file that a worker did not come back from: it is left out, or ends the step that cannot do without it. */
export class FileGivenUpError extends SyncError {}
/** The generation's index is not there (any more): the next sync makes a new one. */
export class GenerationNotFoundError extends SyncError {}
/** Parts of the generation's index are gone or cannot be read: the next sync makes a new one. */
export class IndexDamagedError extends SyncError {}
/** A stored object that must exist does not. */
export class ObjectMissingError extends SyncError {}
/** A stored object cannot be read: it is cut short or overwritten. */
export class ObjectDamagedError extends SyncError {}
/** The disk that the service works on is full, or cannot be written to. */
export class DiskUnusableError extends SyncError {}
