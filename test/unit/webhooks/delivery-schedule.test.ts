import { describe, expect, it } from 'vitest';
import { refuseWebhook } from '../../../core/triggers/rules/webhook-policy.ts';
import { afterTry, retryGapsSeconds, type TryOutcome } from '../../../core/webhooks/rules/delivery-schedule.ts';

const now = new Date('2026-01-01T00:00:00Z');
const answered = (status: number, retryAfterSeconds: number | null = null): TryOutcome => ({
  kind: 'answered',
  status,
  retryAfterSeconds,
});
/** Seconds until the next try; null when there is none. */
const wait = (outcome: TryOutcome, tries = 0, id = 'msg-1'): number | null => {
  const next = afterTry(outcome, tries, id, now);
  return next.status === 'pending' ? (next.at.getTime() - now.getTime()) / 1000 : null;
};

describe('after a try', () => {
  it.each([200, 201, 202, 204, 299])('%i is delivered', (status) => {
    expect(afterTry(answered(status), 3, 'msg-1', now)).toEqual({ status: 'delivered' });
  });

  it('410 disables, an address that may not be reached fails at once', () => {
    expect(afterTry(answered(410), 0, 'msg-1', now)).toEqual({ status: 'disabled' });
    expect(afterTry({ kind: 'refused' }, 0, 'msg-1', now)).toEqual({ status: 'failed' });
  });

  it.each([
    answered(199),
    answered(301),
    answered(400),
    answered(429),
    answered(500),
    { kind: 'unreachable' as const },
  ])('anything else is tried again: %j', (outcome) => {
    expect(afterTry(outcome, 0, 'msg-1', now)).toMatchObject({ status: 'pending' });
  });

  it('gaps grow with each try, and after the last it is given up', () => {
    for (let id = 0; id < 200; id++) {
      const waits = retryGapsSeconds.map((_, tries) => wait({ kind: 'unreachable' }, tries, `msg-${id}`) ?? 0);
      expect(waits).toEqual([...new Set(waits)].sort((a, b) => a - b));
      waits.forEach((seconds, tries) => {
        const gap = retryGapsSeconds[tries] ?? 0;
        expect(seconds).toBeGreaterThanOrEqual(gap);
        expect(seconds).toBeLessThanOrEqual(gap * 1.25 + 0.001);
      });
    }
    expect(afterTry({ kind: 'unreachable' }, retryGapsSeconds.length, 'msg-1', now)).toEqual({ status: 'failed' });
  });

  it('all tries together take the 20 h 42 min 35 s that are documented', () => {
    expect(retryGapsSeconds.reduce((sum, gap) => sum + gap, 0)).toBe(20 * 3600 + 42 * 60 + 35);
  });

  it('deliveries spread over the quarter: no two quarters of it hold less than a tenth', () => {
    const waits = Array.from({ length: 400 }, (_, id) => wait({ kind: 'unreachable' }, 1, `msg-${id}`) ?? 0);
    const quarters = [0, 0, 0, 0];
    for (const seconds of waits) {
      const quarter = Math.min(3, Math.floor(((seconds - 30) / 7.5) * 4));
      quarters[quarter] = (quarters[quarter] ?? 0) + 1;
    }
    expect(Math.min(...quarters)).toBeGreaterThan(40);
  });

  it('Retry-After lengthens a gap, never shortens one, and is capped', () => {
    expect(wait(answered(503, 60))).toBeGreaterThanOrEqual(60);
    expect(wait(answered(503, 60))).toBeLessThanOrEqual(75);
    expect(wait(answered(429, 1), 2)).toBeGreaterThanOrEqual(120);
    expect(wait(answered(429, 10 ** 12))).toBeLessThanOrEqual(43_200 * 1.25);
  });
});

describe('the address of a webhook', () => {
  it.each([
    ['https://example.com/hook?token=1', 'https-only', true],
    ['http://example.com/hook', 'https-only', false],
    ['http://127.0.0.1:8080/hook', 'local', true],
    ['https://example.com/hook', 'local', true],
    ['ftp://example.com/', 'local', false],
    ['file:///etc/passwd', 'local', false],
    ['https://user:pass@example.com/', 'local', false],
    ['https://user@example.com/', 'https-only', false],
    ['nonsense', 'local', false],
  ] as const)('%s, %s: %s', (url, policy, fine) => {
    expect(refuseWebhook(url, policy) === null).toBe(fine);
  });
});
