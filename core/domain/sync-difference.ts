/** In what a sync that runs may differ from one that is asked for, so that its caller cannot be attached to it. */
export const differences = [
  'branches',
  'full_reindex',
  'incremental',
  'source',
  'ignore_patterns',
  'progress_webhook',
  'dry_run',
  'max_cost',
  'max_files',
] as const;
export type Difference = (typeof differences)[number];
