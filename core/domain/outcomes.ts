/** Told by the path, the mode or the tree's own .gitattributes. */
const pathReasons = ['ignored', 'symlink', 'submodule', 'lockfile', 'linguist_generated', 'build_output'] as const;
const contentReasons = ['too_large', 'binary', 'undecodable', 'minified', 'generated', 'empty'] as const;

/** Why a file of a tree is not in the index although it was looked at. Each is in the job's ledger. */
export const skipReasons = [...pathReasons, ...contentReasons] as const;
export type SkipReason = (typeof skipReasons)[number];

/** True when the reason would be another under another path or another rule: such an outcome never outlives its path. */
export const isPathReason = (reason: string): boolean => (pathReasons as readonly string[]).includes(reason);

/** True when the reason holds for this content wherever it stands (the others look at the path too). */
export const isContentReason = (reason: string): boolean =>
  reason === 'too_large' || reason === 'empty' || isNoText(reason);

/** True when the bytes are no text in any encoding that is known for them: another one may be declared. */
export const isNoText = (reason: string): boolean => reason === 'binary' || reason === 'undecodable';

/** How the encoding of a file is known that is not plain UTF-8; `damaged`: UTF-8, but for some bytes. */
export const encodingSources = ['byte_order_mark', 'gitattributes', 'detected', 'damaged'] as const;
export type EncodingSource = (typeof encodingSources)[number];

/** `pending` exists only inside a running job: the file's content has not been read yet. */
export const fileOutcomes = ['indexed', 'skipped', 'failed', 'pending'] as const;
export type FileOutcome = (typeof fileOutcomes)[number];
