/** The user that a bearer token belongs to. */
export interface Principal {
  readonly userId: string;
}

export interface TokenVerifier {
  /** The principal, or null when the token is malformed, expired, not yet valid, or not signed by the issuer. */
  verify(token: string): Promise<Principal | null>;
}
