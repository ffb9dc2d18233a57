/** Told by the path, the mode or the tree's own .gitattributes. */
const pathReasons = ['ignored', 'symlink', 'submodule', 'lockfile', 'linguist_generated', 'build_output'] as const;
const contentReasons = ['too_large', 'binary', 'minified', 'generated', 'empty'] as const;

/** Why a file of a tree is not in the index although it was looked at. Each is in the job's ledger. */
export const skipReasons = [...pathReasons, ...contentReasons] as const;
export type SkipReason = (typeof skipReasons)[number];

/** True when the reason would be another under another path or another rule: such an outcome never outlives its path. */
export const isPathReason = (reason: string): boolean => (pathReasons as readonly string[]).includes(reason);

/** True when the reason holds for this content wherever it stands (the others look at the path too). */
export const isContentReason = (reason: string): boolean =>
  reason === 'too_large' || reason === 'binary' || reason === 'empty';

/** `pending` exists only inside a running job: the file's content has not been read yet. */
export const fileOutcomes = ['indexed', 'skipped', 'failed', 'pending'] as const;
export type FileOutcome = (typeof fileOutcomes)[number];
