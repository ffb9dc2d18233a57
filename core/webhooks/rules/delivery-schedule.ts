/** What came of one try at a delivery. */
export type TryOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterSeconds: number | null }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'refused' };

export type NextStep =
  | { readonly status: 'delivered' | 'failed' | 'disabled' }
  | { readonly status: 'pending'; readonly at: Date };

/**
 * Seconds between tries: 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 6 h, 12 h. Nine tries over 20 h 42 min 35 s, with the
 * jitter up to 25 h 53 min: longer than a night's outage. Standard Webhooks advises to try for a day or more.
 */
export const retryGapsSeconds: readonly number[] = [5, 30, 120, 600, 1_800, 7_200, 21_600, 43_200];

/** Retry-After may lengthen a gap up to the longest of them. */
const LONGEST_GAP_SECONDS = Math.max(...retryGapsSeconds);

/** Each gap is lengthened by up to a quarter. They grow at least threefold, so they still grow. */
const JITTER = 0.25;

/**
 * What follows from a try. 2xx: delivered. 410: the receiver wants no more of it. An address that may not be reached stays
 * so: failed at once. Everything else, redirects among it, is tried again until the gaps are used up.
 *
 * @param tries how often it was tried before this one.
 * @param id the delivery's: the jitter comes from it, so that deliveries spread and a delivery's times are repeatable.
 */
export const afterTry = (outcome: TryOutcome, tries: number, id: string, now: Date): NextStep => {
  if (outcome.kind === 'refused') return { status: 'failed' };
  if (outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 300) return { status: 'delivered' };
  if (outcome.kind === 'answered' && outcome.status === 410) return { status: 'disabled' };
  const gap = retryGapsSeconds[tries];
  if (gap === undefined) return { status: 'failed' };
  const asked = outcome.kind === 'answered' ? (outcome.retryAfterSeconds ?? 0) : 0;
  const seconds = Math.max(gap, Math.min(asked, LONGEST_GAP_SECONDS)) * (1 + JITTER * spread(`${id} ${tries}`));
  return { status: 'pending', at: new Date(now.getTime() + Math.ceil(seconds * 1000)) };
};

/** 0 to 1, evenly: 32-bit FNV-1a, with a last mixing because texts that differ at their ends differ in low bits only. */
const spread = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
};
