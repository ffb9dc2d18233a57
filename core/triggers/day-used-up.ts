import { dayOf, type QuotaRefusal, secondsToNextDay } from '../domain/quota.ts';
import type { Runtime } from '../ports/runtime.ts';

/**
 * Why no sync may begin for this owner today, or null. It only spares a sync that could embed nothing: what counts is what each
 * batch takes before it is embedded.
 */
export const dayUsedUp = async (
  deps: Pick<Runtime, 'tokenQuota' | 'settings' | 'clock'>,
  owner: string,
): Promise<QuotaRefusal | null> => {
  const at = deps.clock.now();
  const limit = deps.settings.quotas.tokensPerDay;
  if ((await deps.tokenQuota.used(owner, dayOf(at))) < limit) return null;
  return { kind: 'quota-exceeded', quota: 'embedded_tokens_per_day', limit, retryAfterSeconds: secondsToNextDay(at) };
};
