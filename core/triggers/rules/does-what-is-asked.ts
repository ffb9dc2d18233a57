import { type DefaultBranch, defaultBranchOf } from '../../domain/default-branch.ts';
import type { Difference } from '../../domain/sync-difference.ts';

interface Sync {
  readonly options: {
    readonly full_reindex: boolean;
    readonly incremental: boolean;
    readonly pull_remote: boolean;
    readonly branches: readonly string[];
    readonly ignore_patterns: readonly string[];
    readonly progress_webhook?: string | undefined;
    readonly dry_run?: boolean | undefined;
    readonly max_cost?: number | undefined;
    readonly max_files?: number | undefined;
  };
  /** What `current` means for it, once it has looked. */
  readonly current?: { readonly branch: string } | null | undefined;
  readonly source?: { readonly url: string; readonly remote: string | null } | undefined;
}

/**
 * Why a sync that runs does not do what another one is asked for, or null: then a caller may wait for the one that runs. It may read
 * more branches, and may be a full reindex where none is asked for. Which commits it reads is its own: a source that has moved since it
 * pulled is not looked at again.
 */
export const whyNotAttached = (repository: DefaultBranch, running: Sync, asked: Sync): Difference | null => {
  const current = running.current?.branch ?? defaultBranchOf(repository) ?? 'current';
  const named = (name: string): string => (name === 'current' ? current : name);
  const read = new Set(running.options.branches.map(named));
  const [has, wants] = [running.options, asked.options];
  if (!wants.branches.every((name) => read.has(named(name)))) return 'branches';
  if (wants.full_reindex && !has.full_reindex) return 'full_reindex';
  // One that may decide for a full reindex is not what is asked of an incremental one's caller, nor the other way round.
  if (!has.full_reindex && wants.incremental !== has.incremental) return 'incremental';
  if (wants.pull_remote !== has.pull_remote || running.source?.url !== asked.source?.url) return 'source';
  if ([...wants.ignore_patterns].sort().join('\n') !== [...has.ignore_patterns].sort().join('\n'))
    return 'ignore_patterns';
  // A limit that only one of the two has would refuse what the other one does.
  for (const name of ['dry_run', 'max_cost', 'max_files'] as const) if (wants[name] !== has[name]) return name;
  const { progress_webhook } = wants;
  return progress_webhook === undefined || progress_webhook === has.progress_webhook ? null : 'progress_webhook';
};
