/** The local issuer's name. It is a name only: keys are handed over in memory, nothing is fetched from it. */
export const ISSUER = 'https://local.repository-sync.invalid';
/** Whom its tokens are for. */
export const AUDIENCE = 'repository-sync';
