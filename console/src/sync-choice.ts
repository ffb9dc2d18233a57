import type { SyncOptions } from '../../client/src/client.ts';

/** What the form of a sync holds. */
export interface SyncChoice {
  readonly extent: 'auto' | 'incremental' | 'full';
  readonly branches: readonly string[];
  readonly patterns: readonly string[];
  readonly pull: 'default' | 'yes' | 'no';
  readonly webhook: string;
  /** Whether it only plans. */
  readonly planOnly: boolean;
  /** As typed; empty: no limit. */
  readonly maxFiles: string;
  readonly maxCost: string;
  /** What becomes of it while another one runs. */
  readonly meanwhile: 'queue' | 'attach' | 'force';
}

export const unchosen: SyncChoice = {
  extent: 'auto',
  branches: [],
  patterns: [],
  pull: 'default',
  webhook: '',
  planOnly: false,
  maxFiles: '',
  maxCost: '',
  meanwhile: 'queue',
};

/** What a choice leaves no room for: of two that exclude each other the form shows one. */
export const roomFor = ({ extent, planOnly, meanwhile }: SyncChoice, isRunning: boolean) => {
  const queued = isRunning && meanwhile === 'queue';
  return {
    /** A sync that waits is merged with what else waits, so it has branches and extent alone. */
    details: !queued,
    plan: !queued && !(isRunning && meanwhile === 'force'),
    /** Who clears the index at once can be held to nothing before. */
    limits: !queued && !planOnly && !(isRunning && meanwhile === 'force' && extent === 'full'),
  };
};

/** The options to send. `isRunning`: whether another sync is under way. */
export const optionsOf = (choice: SyncChoice, isRunning: boolean): SyncOptions => {
  const { extent, branches, patterns, pull, webhook, planOnly, maxFiles, maxCost, meanwhile } = choice;
  const room = roomFor(choice, isRunning);
  const plans = planOnly && room.plan;
  return {
    ...(extent === 'full' ? { full_reindex: true } : extent === 'incremental' ? { incremental: true } : {}),
    ...(branches.length === 0 ? {} : { branches }),
    ...(room.details && patterns.length > 0 ? { ignore_patterns: patterns } : {}),
    ...(room.details && pull !== 'default' ? { pull_remote: pull === 'yes' } : {}),
    ...(room.details && webhook.trim() !== '' ? { progress_webhook: webhook.trim() } : {}),
    ...(plans ? { dry_run: true } : {}),
    // What is no number the service refuses, at its field.
    ...(!plans && room.limits && maxFiles.trim() !== '' ? { max_files: Number(maxFiles) } : {}),
    ...(!plans && room.limits && maxCost.trim() !== '' ? { max_cost: Number(maxCost) } : {}),
    ...(!isRunning ? {} : meanwhile === 'force' ? { force: true } : { on_conflict: meanwhile }),
  };
};

/** Whether it may be refused once it is known what it takes. */
export const isLimited = ({ max_files, max_cost }: SyncOptions): boolean =>
  max_files !== undefined || max_cost !== undefined;
