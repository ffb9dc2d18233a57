import type { Quotas } from '../core/domain/quota.ts';

/** Generous: on one machine embedding costs nothing but time. 10,000 million tokens are some hundred indexes of 100,000 files. */
export const defaultQuotas: Quotas = { repositories: 10_000, tokensPerDay: 10_000_000_000 };
