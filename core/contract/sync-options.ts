import { z } from 'zod';
import { BranchName, RemoteName } from './ids.ts';

/** One gitignore pattern. */
export const IgnorePattern = z
  .string()
  .min(1)
  .max(1024)
  .refine((pattern) => !/[\n\r\0]/.test(pattern), 'must be one line');

/** What all patterns of one list may have together, in characters: every job's record contains them. */
const PATTERNS_TOTAL = 32_768;

export const IgnorePatterns = z
  .array(IgnorePattern)
  .max(1000)
  .refine(
    (patterns) => patterns.join('').length <= PATTERNS_TOTAL,
    `must have ${PATTERNS_TOTAL} characters together at most`,
  );

/** What is done when another sync runs. */
export const onConflict = ['fail', 'attach', 'queue'] as const;

interface OnConflictBeside {
  readonly on_conflict?: (typeof onConflict)[number] | undefined;
  readonly force: boolean;
  readonly pull_remote?: boolean | undefined;
  readonly remote: string;
  readonly ignore_patterns: readonly string[];
  readonly progress_webhook?: string | undefined;
  readonly dry_run?: boolean | undefined;
  readonly max_cost?: number | undefined;
  readonly max_files?: number | undefined;
}

/** A table's numbers hold 38 digits and go no lower than 1e-130: what a cost has beyond a millionth of a dollar is nothing. */
const inMillionths = (dollars: number): number => Math.round(dollars * 1e6) / 1e6;

/** The body of POST …/sync. Every member is optional; unknown members are refused. */
export const SyncOptions = z
  .strictObject({
    force: z.boolean().default(false),
    full_reindex: z.boolean().default(false),
    incremental: z.boolean().default(true),
    /** Omitted: what the source allows (true for a remote source, nothing to pull for a local path). */
    pull_remote: z.boolean().optional(),
    remote: RemoteName.prefault('origin'),
    /** `current` is the repository's default branch. Omitted, and without `branch`: that one. */
    branches: z.array(BranchName).min(1).max(100).optional(),
    /** An alias for one branch. */
    branch: BranchName.optional(),
    ignore_patterns: IgnorePatterns.default([]),
    progress_webhook: z
      .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
      .max(2048)
      .optional(),
    /** Omitted: `fail`. No default here: a key's fingerprint is over what was sent before there was this. */
    on_conflict: z.enum(onConflict).optional(),
    /** These three have no default either. */
    dry_run: z.boolean().optional(),
    /** US dollars. */
    max_cost: z.number().min(0).max(1_000_000).overwrite(inMillionths).optional(),
    max_files: z.int().min(0).optional(),
  })
  .describe('What a sync should do')
  .superRefine((options, context) => {
    if (options.branch !== undefined && options.branches !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['branch'],
        message: 'must not be given together with branches: give one of the two',
      });
    const refused = (name: string, message: string) => context.addIssue({ code: 'custom', path: [name], message });
    if (options.dry_run === true && options.force)
      refused('force', 'must not be true beside dry_run, which changes nothing');
    const limitless =
      options.dry_run === true
        ? 'dry_run, which tells what it would be'
        : options.force && options.full_reindex
          ? 'force with full_reindex, which clears the index before it is known what the sync takes'
          : null;
    for (const name of ['max_cost', 'max_files'] as const)
      if (limitless !== null && options[name] !== undefined) refused(name, `must not be given beside ${limitless}`);
    const message = refuseOnConflict(options);
    if (message !== null) context.addIssue({ code: 'custom', path: ['on_conflict'], message });
  });
export type SyncOptions = z.infer<typeof SyncOptions>;

/** Why `on_conflict` is not allowed beside the other options, or null. */
const refuseOnConflict = ({ on_conflict, force, ...options }: OnConflictBeside): string | null => {
  if (on_conflict === undefined || on_conflict === 'fail') return null;
  if (force) return 'must be fail, or absent, beside force, which replaces the sync that runs';
  if (on_conflict === 'attach') return null;
  // What waits is merged with what else is asked for, and two of these cannot be.
  const own = [
    ...(options.pull_remote === undefined ? [] : ['pull_remote']),
    ...(options.remote === 'origin' ? [] : ['remote']),
    ...(options.ignore_patterns.length === 0 ? [] : ['ignore_patterns']),
    ...(options.progress_webhook === undefined ? [] : ['progress_webhook']),
    ...(options.dry_run === true ? ['dry_run'] : []),
    ...(options.max_cost === undefined ? [] : ['max_cost']),
    ...(options.max_files === undefined ? [] : ['max_files']),
  ];
  if (own.length === 0) return null;
  return `must not be queue beside ${own.join(', ')}: a sync that waits has branches, full_reindex and incremental alone`;
};

/** The options in effect, as a job keeps and echoes them. */
export const EffectiveOptions = z.object({
  force: z.boolean(),
  full_reindex: z.boolean(),
  incremental: z.boolean(),
  pull_remote: z.boolean(),
  remote: z.string(),
  branches: z.array(z.string()),
  ignore_patterns: z.array(z.string()),
  progress_webhook: z.string().optional(),
  /** Absent: false. */
  dry_run: z.boolean().optional(),
  max_cost: z.number().optional(),
  max_files: z.int().optional(),
});
export type EffectiveOptions = z.infer<typeof EffectiveOptions>;
