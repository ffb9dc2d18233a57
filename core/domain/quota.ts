/** What a user may use. */
export interface Quotas {
  /** Repositories that a user may own. */
  readonly repositories: number;
  /** Tokens that a user's repositories may have embedded in a day (UTC). */
  readonly tokensPerDay: number;
}

export const quotaNames = ['repositories', 'embedded_tokens_per_day'] as const;

/** A request that a quota refuses. */
export interface QuotaRefusal {
  readonly kind: 'quota-exceeded';
  readonly quota: (typeof quotaNames)[number];
  readonly limit: number;
  readonly retryAfterSeconds: number;
}

/** Characters taken as one token: what docs/scaling.md reckons with. The model counts for itself and is not asked. */
const CHARACTERS_A_TOKEN = 3;

export const tokensOf = (characters: number): number => Math.ceil(characters / CHARACTERS_A_TOKEN);

/** The day that tokens are counted in. */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** Until the next day begins; at least 1. */
export const secondsToNextDay = (at: Date): number =>
  Math.max(1, Math.ceil((Date.parse(`${dayOf(at)}T00:00:00.000Z`) + 86_400_000 - at.getTime()) / 1000));

/** A full list of repositories has no time of its own: the owner removes one, or asks the operator. */
export const REPOSITORIES_RETRY_SECONDS = 3600;
