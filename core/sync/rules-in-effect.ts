import type { RepositoryRecord } from '../contract/records.ts';
import { fingerprint } from '../objects/fingerprint.ts';

type Patterns = Pick<RepositoryRecord, 'ignore_patterns'>;

/** Counts on when what paths and contents are left out for changes in the code: every branch is then looked at again. */
const RULES_VERSION = 2;

/** The repository's own patterns, then the request's: later ones win. */
export const patternsInEffect = (repository: Patterns, options: Patterns): readonly string[] => [
  ...repository.ignore_patterns,
  ...options.ignore_patterns,
];

export const rulesFingerprint = (repository: Patterns, options: Patterns): Promise<string> =>
  fingerprint([RULES_VERSION, patternsInEffect(repository, options)]);
