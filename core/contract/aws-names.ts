/** Secrets Manager's names of credentials begin with this; the functions that run git may read these and no others. */
export const credentialSecretPrefix = 'repository-sync/';
