import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Delivery, DeliveryId, type SyncEvent } from '../../../core/contract/events.ts';
import type { JobId } from '../../../core/contract/ids.ts';
import type { RepositoryRecord } from '../../../core/contract/records.ts';
import type { Measurements } from '../../../core/ports/metrics.ts';
import type { Outbox } from '../../../core/ports/outbox.ts';
import type { RepositoryStore } from '../../../core/ports/repository-store.ts';
import type { WebhookAnswer, WebhookRequest } from '../../../core/ports/webhook-sender.ts';
import { jobAnswer } from '../../../core/sync/job-answer.ts';
import { deliverWebhooks } from '../../../core/webhooks/deliver-webhooks.ts';
import { aJob, aJobId, aRepository } from '../../support/sync-records.ts';

const start = Date.parse('2026-02-01T00:00:00Z');
const ok: WebhookAnswer = { kind: 'answered', status: 200, retryAfterSeconds: null };

/** An outbox in memory, a clock that moves by hand, and a sender that does what the test says. */
const createLab = (send: (request: WebhookRequest) => Promise<WebhookAnswer> | WebhookAnswer = () => ok) => {
  const repository = aRepository({ secrets: { webhook: 'whsec_c2VjcmV0', push: 'whsec_cHVzaA==' } });
  const lab = { now: start, sent: [] as WebhookRequest[], repository: repository as RepositoryRecord | null };
  const box = new Map<string, { delivery: Delivery; dueAt: number }>();
  const logged: string[] = [];
  const outbox: Outbox = {
    lease: async (now, limit, seconds) =>
      [...box.values()]
        .filter(({ delivery, dueAt }) => delivery.status === 'pending' && dueAt <= now.getTime())
        .slice(0, limit)
        .map((each) => {
          each.dueAt = now.getTime() + seconds * 1000;
          return each.delivery;
        }),
    record: async (delivery, attempt, next) => {
      const next_attempt_at = next.status === 'pending' ? next.at.toISOString() : null;
      const attempts = [...delivery.attempts, attempt];
      box.set(delivery.delivery_id, {
        delivery: { ...delivery, status: next.status, attempts, tries: delivery.tries + 1, next_attempt_at },
        dueAt: next.status === 'pending' ? next.at.getTime() : 0,
      });
      return 'kept';
    },
    list: async () => ({ items: [...box.values()].map(({ delivery }) => delivery).reverse(), next: null }),
    redeliver: async () => null,
    disabled: async () => false,
  };
  const log = (message: string, facts?: Record<string, unknown>) => {
    logged.push(`${message} ${JSON.stringify(facts)}`);
  };
  const logger = { debug: log, info: log, warn: log, error: log, with: () => logger };
  const measured: Measurements[] = [];
  const deps = {
    metrics: { emit: (values: Measurements) => measured.push(values) },
    outbox,
    logger,
    repositories: { get: async () => lab.repository } as unknown as RepositoryStore,
    webhooks: {
      send: async (request: WebhookRequest) => {
        lab.sent.push(request);
        return send(request);
      },
    },
    clock: {
      now: () => new Date(lab.now),
      every: (_: number, tick: () => Promise<void> | void) => {
        const timer = setInterval(tick, 5);
        return () => clearInterval(timer);
      },
    },
  };
  let count = 0;
  return {
    lab,
    outbox,
    logged,
    measured,
    deliver: deliverWebhooks(deps),
    /** Puts an event that is due. */
    put: (job: JobId, type: SyncEvent['type'], parts: Partial<Delivery> = {}): DeliveryId => {
      const at = new Date(lab.now).toISOString();
      count += 1;
      const id = DeliveryId.parse(`msg-${String(count).padStart(8, '0')}${randomUUID().slice(8)}`);
      const record = { ...aJob(repository.repository_id), job_id: job, fence: 1 };
      const delivery: Delivery = {
        delivery_id: id,
        repository_id: repository.repository_id,
        job_id: job,
        url: 'https://receiver.example/hook?token=hush',
        event: { type, timestamp: at, data: jobAnswer({ job: record, inFlight: [] }, new Date(lab.now)) },
        status: 'pending',
        attempts: [],
        tries: 0,
        next_attempt_at: at,
        created_at: at,
        ...parts,
      };
      box.set(id, { delivery, dueAt: lab.now });
      return id;
    },
    of: (id: DeliveryId): Delivery => {
      const found = box.get(id);
      if (found === undefined) throw new Error(`no delivery ${id}`);
      return found.delivery;
    },
  };
};

describe('a delivery', () => {
  it('is signed with the repository’s secret, sent and recorded', async () => {
    const { lab, put, of, deliver } = createLab();
    const id = put(aJobId(), 'sync.started');
    expect(await deliver()).toEqual({ delivered: 1, retried: 0, failed: 0, disabled: 0 });
    expect(lab.sent).toEqual([
      expect.objectContaining({
        id,
        secret: 'whsec_c2VjcmV0',
        body: JSON.stringify(of(id).event),
        at: new Date(start),
      }),
    ]);
    expect(of(id)).toMatchObject({ status: 'delivered', attempts: [{ status: 200, error: null }] });
    expect(await deliver()).toMatchObject({ delivered: 0 });
  });

  it('that a deliverer died over is sent again under the same id', async () => {
    const { lab, put, deliver, outbox } = createLab();
    const id = put(aJobId(), 'sync.completed');
    await outbox.lease(new Date(lab.now), 10, 30);
    await deliver();
    expect(lab.sent).toEqual([]);
    lab.now += 30_000;
    await deliver();
    expect(lab.sent.map((request) => request.id)).toEqual([id]);
  });

  it('is tried with growing gaps, and then given up', async () => {
    const { lab, put, of, deliver, measured } = createLab(() => ({ kind: 'unreachable', error: 'ECONNREFUSED' }));
    const id = put(aJobId(), 'sync.started');
    const tried: number[] = [];
    for (let round = 0; of(id).status === 'pending'; round++) {
      expect(round).toBeLessThan(20);
      lab.now = Date.parse(of(id).next_attempt_at ?? '');
      tried.push(lab.now);
      await deliver();
    }
    expect(of(id)).toMatchObject({ status: 'failed', tries: 9, next_attempt_at: null });
    expect(tried).toHaveLength(9);
    // Counted when it is given up, not at each try.
    expect(measured).toEqual([{ WebhookFailures: 1 }]);
    expect((tried.at(-1) ?? 0) - start).toBeGreaterThan(20 * 3_600_000);
  });

  it('is not sent to an address that has said 410, for a repository that is gone, or for an older one of its name', async () => {
    const { lab, put, of, deliver, measured } = createLab();
    const disabled = put(aJobId(), 'sync.started');
    if (lab.repository !== null) lab.repository = { ...lab.repository, disabled_webhooks: [of(disabled).url] };
    expect(await deliver()).toMatchObject({ disabled: 1 });
    const older = put(aJobId(), 'sync.started', { created_at: '2020-01-01T00:00:00.000Z' });
    expect(await deliver()).toMatchObject({ failed: 1 });
    lab.repository = null;
    const gone = put(aJobId(), 'sync.started');
    expect(await deliver()).toMatchObject({ failed: 1 });
    expect(measured).toEqual([]);
    expect(lab.sent).toEqual([]);
    for (const id of [older, gone]) expect(of(id).attempts[0]?.error).toBe('the repository is gone');
  });

  it('is sent although a clock was put back since its repository was registered', async () => {
    const { lab, put, deliver } = createLab();
    const { created_at = '' } = lab.repository ?? {};
    const earlier = '2020-01-01T00:00:00.000Z';
    put(aJobId(), 'sync.started', { created_at: earlier, repository_created_at: created_at });
    expect(await deliver()).toMatchObject({ delivered: 1 });
    // The other way round: one of an older repository, made when the clock was ahead.
    put(aJobId(), 'sync.started', { created_at: '2999-01-01T00:00:00.000Z', repository_created_at: earlier });
    expect(await deliver()).toMatchObject({ failed: 1 });
  });

  it('that cannot be made into a request counts as tried, and nothing of it is logged', async () => {
    const { put, of, deliver, logged } = createLab((request) => {
      throw new TypeError(`bad ${request.secret}`);
    });
    const id = put(aJobId(), 'sync.started');
    expect(await deliver()).toMatchObject({ retried: 1 });
    expect(of(id).attempts[0]?.error).toBe('the request could not be made');
    expect(logged.join()).not.toMatch(/whsec_|hush/);
  });

  it('that the store fails for does not stop the others', async () => {
    const { put, of, deliver, outbox, logged } = createLab();
    const unlucky = put(aJobId(), 'sync.started');
    const lucky = put(aJobId(), 'sync.started');
    const { record } = outbox;
    outbox.record = async (delivery, ...rest) => {
      if (delivery.delivery_id === unlucky) throw new Error('throttled');
      return record(delivery, ...rest);
    };
    expect(await deliver()).toMatchObject({ delivered: 1 });
    expect([of(unlucky).tries, of(lucky).status]).toEqual([0, 'delivered']);
    expect(logged.join()).toContain('throttled');
  });
});

describe('the events of a job', () => {
  it('are sent in order, one after the other', async () => {
    let open = 0;
    const { lab, put, deliver } = createLab(async () => {
      expect(++open).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= 1;
      return ok;
    });
    const job = aJobId();
    const ids = (['sync.started', 'sync.progress', 'sync.completed'] as const).map((type) => put(job, type));
    await deliver();
    expect(lab.sent.map(({ id }) => id)).toEqual(ids);
  });

  it('that come while an earlier one is being sent follow it', async () => {
    const job = aJobId();
    const rest: DeliveryId[] = [];
    const { lab, put, deliver } = createLab(async () => {
      if (rest.length === 0) {
        rest.push(put(job, 'sync.completed'));
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
      return ok;
    });
    const first = put(job, 'sync.started');
    expect(await deliver()).toMatchObject({ delivered: 2 });
    expect(lab.sent.map(({ id }) => id)).toEqual([first, ...rest]);
  });

  it('wait while another deliverer has an earlier one for its first try', async () => {
    const { lab, put, deliver, outbox } = createLab();
    const job = aJobId();
    const first = put(job, 'sync.started');
    await outbox.lease(new Date(lab.now), 10, 30);
    const second = put(job, 'sync.completed');
    const other = put(aJobId(), 'sync.completed');
    await deliver();
    expect(lab.sent.map(({ id }) => id)).toEqual([other]);
    lab.now += 31_000;
    await deliver();
    expect(lab.sent.map(({ id }) => id)).toEqual([other, first, second]);
  });

  it('do not wait for an earlier one that has had its first try', async () => {
    const { lab, put, deliver } = createLab(({ id }) =>
      id.startsWith('msg-00000001') ? { kind: 'answered', status: 500, retryAfterSeconds: null } : ok,
    );
    const job = aJobId();
    const ids = [put(job, 'sync.started'), put(job, 'sync.completed')];
    expect(await deliver()).toMatchObject({ delivered: 1, retried: 1 });
    expect(lab.sent.map(({ id }) => id)).toEqual(ids);
  });

  it('behind one that hangs are left until their lease ends; other jobs’ are not', async () => {
    const hung = aJobId();
    let hangs = true;
    const { lab, put, of, deliver } = createLab(async (request) => {
      if (!request.id.startsWith('msg-00000001') || !hangs) return ok;
      hangs = false;
      await new Promise((resolve) => setTimeout(resolve, 30));
      lab.now += 10_000;
      return { kind: 'unreachable', error: 'no answer' };
    });
    const [slow, behind, other] = [
      put(hung, 'sync.started'),
      put(hung, 'sync.completed'),
      put(aJobId(), 'sync.started'),
    ];
    expect(await deliver()).toMatchObject({ delivered: 1, retried: 1 });
    expect(of(other).status).toBe('delivered');
    expect([of(slow).tries, of(behind).tries]).toEqual([1, 0]);
    lab.now += 30_000;
    await deliver();
    expect(of(behind).status).toBe('delivered');
  });

  it('are taken a few at a time, and all of them are', async () => {
    const { put, of, deliver } = createLab();
    const ids = Array.from({ length: 55 }, () => put(aJobId(), 'sync.started'));
    expect(await deliver()).toMatchObject({ delivered: 55 });
    for (const id of ids) expect(of(id).status).toBe('delivered');
  });

  it('are no longer taken after half a minute', async () => {
    const { lab, put, deliver } = createLab(() => {
      lab.now += 31_000;
      put(aJobId(), 'sync.started');
      return ok;
    });
    put(aJobId(), 'sync.started');
    expect(await deliver()).toMatchObject({ delivered: 1 });
  });
});
