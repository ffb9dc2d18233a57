/**
 * What a token may let its user do beside what the grants on repositories let them: words of its scope, or names of its
 * user's groups.
 */
export const rights = {
  /** Register repositories. */
  register: 'repository_sync:register',
  /** Register folders of the machine that the service runs on. */
  localSources: 'repository_sync:local_sources',
} as const;
export type Right = (typeof rights)[keyof typeof rights];

const all: readonly string[] = Object.values(rights);

/** The rights among these words. */
export const rightsAmong = (words: Iterable<string>): readonly Right[] =>
  [...new Set(words)].filter((word): word is Right => all.includes(word));

/** Who may register repositories: `granted`, those whose token has the right; `anyone` who has a token. */
export const registrations = ['granted', 'anyone'] as const;
export type Registration = (typeof registrations)[number];
