import { z } from 'zod';

/** `github.com`, `git.example.com:8443`: as in a source's address. */
const Hosts = z.array(z.string().min(1)).min(1);

/** Hosts take a token as the password of any user; this is the name that GitHub documents. */
const TOKEN_USER = 'x-access-token';

/**
 * What the secret store keeps under a credential's name: a user name and a password, or a token alone. `hosts`: the only
 * ones it is shown to; without them, a user who may register a repository could have it sent to a host of their own.
 */
export const CredentialSecret = z.union([
  z.strictObject({ username: z.string().min(1), password: z.string().min(1), hosts: Hosts }),
  z
    .strictObject({ token: z.string().min(1), hosts: Hosts })
    .transform(({ token, hosts }) => ({ username: TOKEN_USER, password: token, hosts })),
]);
export type CredentialSecret = z.infer<typeof CredentialSecret>;
