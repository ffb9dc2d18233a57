/** The user of a bearer token, as the authorizer says, and what functions are to know of the token. */
export interface Principal {
  readonly principalId: string;
  readonly context?: Readonly<Record<string, string>>;
}

/** Null when the authorizer refuses the token. */
export type Authorize = (authorization: string) => Promise<Principal | null>;

/** As long as API Gateway keeps an authorizer's answer (`resultsCacheTtl` in lib/api/api.ts). */
const KEPT_MILLISECONDS = 60_000;
/** Tokens remembered; about 1 KB each. */
const MOST_TOKENS = 1_000;

/**
 * An authorizer whose word is kept for a minute, and never beyond the token's own end: to check a signature takes half a
 * millisecond of the thread that answers everybody. Refusals are not kept.
 */
export const rememberPrincipals = (authorize: Authorize, now: () => number = Date.now): Authorize => {
  const known = new Map<string, { readonly principal: Principal; readonly until: number }>();
  return async (authorization) => {
    const at = now();
    const kept = known.get(authorization);
    if (kept !== undefined && at < kept.until) return kept.principal;
    known.delete(authorization);
    const principal = await authorize(authorization);
    if (principal === null) return null;
    // The oldest stands first.
    for (const oldest of known.keys()) {
      if (known.size < MOST_TOKENS) break;
      known.delete(oldest);
    }
    known.set(authorization, { principal, until: Math.min(at + KEPT_MILLISECONDS, endOf(authorization)) });
    return principal;
  };
};

/** When the token of a header that was let in ends, in milliseconds since 1970; at once, where it does not say. */
const endOf = (authorization: string): number => {
  try {
    const { exp } = JSON.parse(Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString()) as {
      exp?: unknown;
    };
    return typeof exp === 'number' ? exp * 1000 : 0;
  } catch {
    return 0;
  }
};
