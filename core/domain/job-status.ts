/** Every status a sync job can have, in the order a job goes through them. */
export const jobStatuses = ['queued', 'running', 'completed', 'completed_with_errors', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** Where a running job is. `queued` and `ended` frame the phases that do work. */
export const jobPhases = ['queued', 'pull', 'diff', 'stage', 'embed', 'import', 'publish', 'ended'] as const;
export type JobPhase = (typeof jobPhases)[number];

/** A status that is never overwritten. */
export const terminalStatuses = ['completed', 'completed_with_errors', 'failed', 'cancelled'] as const;
export type TerminalStatus = (typeof terminalStatuses)[number];

/**
 * The statuses a job may be in for each move. The stores build their write conditions from this table,
 * so the rule is in one place.
 */
export const allowedPriorStatuses = {
  begin: ['queued', 'running'],
  work: ['running'],
  publish: ['running'],
  fail: ['queued', 'running'],
  cancel: ['queued', 'running'],
  resume: ['queued', 'running'],
} as const satisfies Record<string, readonly JobStatus[]>;

export const isTerminal = (status: JobStatus): status is TerminalStatus =>
  (terminalStatuses as readonly JobStatus[]).includes(status);
