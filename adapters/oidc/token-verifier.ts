import { Buffer } from 'node:buffer';
import { JwtVerifier } from 'aws-jwt-verify';
import {
  FailedAssertionError,
  JwtInvalidSignatureError,
  JwtParseError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  WaitPeriodNotYetEndedJwkError,
} from 'aws-jwt-verify/error';
import { type Jwks, SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { UserId } from '../../core/contract/ids.ts';
import type { TokenVerifier } from '../../core/ports/token-verifier.ts';

export interface OidcTokenVerifierOptions {
  /** What the `iss` claim must be. */
  readonly issuer: string;
  /** What the `aud` claim must be, or hold. */
  readonly audience: string;
  /** Where the issuer's keys are. Fetched at the first token, and again (at most each 10 s) when a key id is unknown. */
  readonly jwksUri: string;
  /** The issuer's keys, where they are at hand: then nothing is ever fetched. */
  readonly jwks?: Jwks | undefined;
}

/**
 * Checks OIDC tokens: signature, issuer, audience and times. The user id is the `sub` claim; a token without an expiry is
 * refused. Keys that cannot be fetched or read are an error, never an invalid token: nothing is known of the token then.
 */
export const createOidcTokenVerifier = (options: OidcTokenVerifierOptions): TokenVerifier => {
  const { issuer, audience, jwksUri, jwks } = options;
  const verifier = JwtVerifier.create(
    { issuer, audience, jwksUri },
    { jwksCache: new SimpleJwksCache(jwks === undefined ? {} : { fetcher: given(jwks) }) },
  );
  return {
    async verify(token) {
      try {
        const payload = await verifier.verify(token);
        if (payload.exp === undefined) return null;
        const user = UserId.safeParse(payload.sub);
        return user.success ? { userId: user.data } : null;
      } catch (error) {
        if (refusals.some((refusal) => error instanceof refusal)) return null;
        throw error;
      }
    },
  };
};

/**
 * The errors that are the token's fault. The wait period begins only when keys were fetched and did not hold the key id that was asked
 * for: the keys at hand are then less than 10 s old, and what they do not know is not the issuer's.
 */
const refusals = [
  JwtParseError,
  JwtInvalidSignatureError,
  FailedAssertionError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  WaitPeriodNotYetEndedJwkError,
] as const;

/** Answers every fetch of keys from memory. */
const given = (jwks: Jwks) => ({
  fetch: async (): Promise<ArrayBuffer> => new Uint8Array(Buffer.from(JSON.stringify(jwks))).buffer,
});
