import { Buffer } from 'node:buffer';
import { JwtVerifier } from 'aws-jwt-verify';
import {
  JwkInvalidKtyError,
  JwkInvalidUseError,
  JwkValidationError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  WaitPeriodNotYetEndedJwkError,
} from 'aws-jwt-verify/error';
import { type Jwks, SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt';
import { UserId } from '../../core/contract/ids.ts';
import { rightsAmong } from '../../core/contract/rights.ts';
import { own } from '../../core/domain/own.ts';
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
 * refused. Rights are words of its scopes and groups. Keys that cannot be fetched or read are an error, never an invalid token: nothing is known of the token then.
 */
export const createOidcTokenVerifier = (options: OidcTokenVerifierOptions): TokenVerifier => {
  const { issuer, audience, jwksUri, jwks } = options;
  const cache = new SimpleJwksCache(jwks === undefined ? {} : { fetcher: given(jwks) });
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri }, { jwksCache: cache });
  return {
    // Keys that are at hand are of no issuer that could be asked.
    issuer: jwks === undefined ? issuer : null,
    async verify(token) {
      const parts = partsOf(token);
      if (parts === null || !(await isKnownKey(cache, jwksUri, parts))) return null;
      const payload = payloadOf(() => verifier.verifySync(token));
      if (payload?.exp === undefined) return null;
      const user = UserId.safeParse(payload.sub);
      return user.success ? { userId: user.data, rights: rightsAmong(wordsOf(payload)) } : null;
    },
  };
};

type Parts = ReturnType<typeof decomposeUnverifiedJwt>;

/** Null for what is no token at all. */
const partsOf = (token: string): Parts | null => {
  try {
    return decomposeUnverifiedJwt(token);
  } catch {
    return null;
  }
};

/**
 * Whether the issuer has the key that the token names. The wait period begins only when keys were fetched and did not hold the
 * key id that was asked for: the keys at hand are then less than 10 s old, and what they do not know is not the issuer's.
 */
const isKnownKey = async (cache: SimpleJwksCache, jwksUri: string, parts: Parts): Promise<boolean> => {
  try {
    await cache.getJwk(jwksUri, parts);
    return true;
  } catch (error) {
    if (unknownKey.some((each) => error instanceof each)) return false;
    throw error;
  }
};

const unknownKey = [JwtWithoutValidKidError, KidNotFoundInJwksError, WaitPeriodNotYetEndedJwkError] as const;

/**
 * Null for a token that does not hold. With the key at hand only the token is left to be at fault, and it may be so in ways that
 * the library has no name for: a signature that lacks a byte is a plain Error of the platform's.
 */
const payloadOf = (verify: () => Payload): Payload | null => {
  try {
    return verify();
  } catch (error) {
    if (faultyKey.some((each) => error instanceof each)) throw error;
    return null;
  }
};

type Payload = {
  readonly exp?: number | undefined;
  readonly sub?: string | undefined;
  readonly [claim: string]: unknown;
};

/**
 * Scopes, as one text (RFC 9068) or a list, and groups. An id token, which Cognito's users have, holds groups and no scope:
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
 */
const wordsOf = (payload: Payload): readonly string[] =>
  ['scope', 'scp', 'groups', 'cognito:groups'].flatMap((claim) => {
    const value = own(payload, claim);
    if (typeof value === 'string') return value.split(' ');
    return Array.isArray(value) ? value.filter((word): word is string => typeof word === 'string') : [];
  });

const faultyKey = [JwkInvalidUseError, JwkInvalidKtyError, JwkValidationError] as const;

/** Answers every fetch of keys from memory. */
const given = (jwks: Jwks) => ({
  fetch: async (): Promise<ArrayBuffer> => new Uint8Array(Buffer.from(JSON.stringify(jwks))).buffer,
});
