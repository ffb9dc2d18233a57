import { tokensOf } from '../../core/domain/quota.ts';

/** What one request may hold. */
export interface RequestLimits {
  readonly texts: number;
  /** By {@link tokensOf}, which is a guess: what the service finds too long is asked for in two halves. */
  readonly tokens: number;
}

/** Cuts texts, in their order, into as few requests as the limits allow. A text beyond the limit has a request of its own. */
export const planRequests = (texts: readonly string[], limits: RequestLimits): string[][] => {
  const requests: string[][] = [];
  let tokens = 0;
  for (const text of texts) {
    const size = tokensOf(text.length);
    const current = requests.at(-1);
    if (current === undefined || current.length === limits.texts || tokens + size > limits.tokens) {
      requests.push([text]);
      tokens = size;
    } else {
      current.push(text);
      tokens += size;
    }
  }
  return requests;
};
