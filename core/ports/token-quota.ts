/** Tokens that a user has had embedded in a day (UTC, `2026-11-26`). Counted in single atomic writes. */
export interface TokenQuota {
  /** Takes tokens of the day; `refused`, and nothing is taken, when more than `limit` would be used then. */
  take(user: string, day: string, tokens: number, limit: number): Promise<'taken' | 'refused'>;
  giveBack(user: string, day: string, tokens: number): Promise<void>;
  used(user: string, day: string): Promise<number>;
}
