/** Secrets Manager's names of credentials begin with this; functions may read these and no others. */
export const credentialSecretPrefix = 'repository-sync/';
