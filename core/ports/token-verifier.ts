import type { Right } from '../contract/rights.ts';

/** The user that a bearer token belongs to, and what it lets them do beside their grants. */
export interface Principal {
  readonly userId: string;
  readonly rights: readonly Right[];
}

export interface TokenVerifier {
  /** Where users sign in for a token (an OpenID Connect issuer); null where there is no such place. */
  readonly issuer: string | null;
  /** The principal, or null when the token is malformed, expired, not yet valid, or not signed by the issuer. */
  verify(token: string): Promise<Principal | null>;
}
