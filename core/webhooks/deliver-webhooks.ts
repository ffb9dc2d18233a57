import type { Delivery, DeliveryAttempt } from '../contract/events.ts';
import type { RepositoryRecord } from '../contract/records.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { WebhookAnswer } from '../ports/webhook-sender.ts';
import { afterTry, type NextStep } from './rules/delivery-schedule.ts';

type Deps = Pick<Runtime, 'outbox' | 'repositories' | 'webhooks' | 'clock' | 'logger' | 'metrics'>;

/** Deliveries in hand at once. Those of different jobs are sent side by side. */
const AT_ONCE = 20;
/** While sends are under way, what has come due meanwhile is looked for so often. */
const LOOK_MILLISECONDS = 1_000;
/** A send begins so long after its lease, or not: behind a receiver that hangs, the rest of a job's events is left alone. */
const BEGIN_SECONDS = 5;
/** 5 s in which a send may begin, the 15 s that it may take, and 10 s to write down what came of it. */
const LEASE_SECONDS = 30;
/** Nothing new is taken after that: with the 20 s of the last sends the whole ends within the function's 60 s. */
const TAKING_SECONDS = 30;
/** A job has at most 11 events: those of one that was replaced a moment ago may stand between. */
const RECENT = 24;

export interface Delivered {
  readonly delivered: number;
  /** To be tried again. */
  readonly retried: number;
  readonly failed: number;
  readonly disabled: number;
}

/**
 * Sends what is due in the outbox, until nothing is. At least once: what was sent by a deliverer that died before it could
 * say so is sent again, under the same id. A job's events are tried for the first time in the order in which they happened,
 * one after the other; a later one waits for the first try of an earlier one, wherever that is made. A retry may come after
 * later events: receivers tell by the event's `timestamp`. A receiver that hangs holds up its own job's events only.
 */
export const deliverWebhooks = (deps: Deps) => async (): Promise<Delivered> => {
  const sums = { delivered: 0, retried: 0, failed: 0, disabled: 0 };
  const lanes = createLanes(deps, (outcome) => {
    sums[outcome === 'pending' ? 'retried' : outcome] += 1;
  });
  const until = deps.clock.now().getTime() + TAKING_SECONDS * 1000;
  for (;;) {
    const now = deps.clock.now();
    const room = now.getTime() < until ? AT_ONCE - lanes.inHand() : 0;
    const leased = room > 0 ? await deps.outbox.lease(now, room, LEASE_SECONDS) : [];
    // Ids begin with their time.
    for (const delivery of leased.toSorted((a, b) => (a.delivery_id < b.delivery_id ? -1 : 1)))
      lanes.add({ delivery, leasedAt: now });
    if (lanes.inHand() === 0) return sums;
    await lanes.someEnd(LOOK_MILLISECONDS);
  }
};

interface Leased {
  readonly delivery: Delivery;
  readonly leasedAt: Date;
}

/** A lane for each job that has events in hand: they are sent in the order in which they were added. */
const createLanes = (deps: Deps, onOutcome: (outcome: NextStep['status']) => void) => {
  const lanes = new Map<string, Leased[]>();
  const ends = new Set<Promise<void>>();
  let inHand = 0;

  const run = async (job: string, queue: readonly Leased[]): Promise<void> => {
    let left = false;
    // It may grow while it is worked on.
    for (const { delivery, leasedAt } of queue) {
      left ||= deps.clock.now().getTime() - leasedAt.getTime() > BEGIN_SECONDS * 1000;
      const outcome = left ? null : await tryAtTurn(deps, delivery);
      inHand -= 1;
      // What is left alone comes again when its lease ends, and so must everything after it.
      if (outcome === null) left = true;
      else onOutcome(outcome);
    }
    // With no wait since the look at the queue's end: nothing can be added to a lane that is over.
    lanes.delete(job);
  };
  return {
    inHand: () => inHand,
    add: (leased: Leased): void => {
      const { job_id } = leased.delivery;
      inHand += 1;
      const running = lanes.get(job_id);
      if (running !== undefined) {
        running.push(leased);
        return;
      }
      const queue = [leased];
      lanes.set(job_id, queue);
      const end = run(job_id, queue).finally(() => ends.delete(end));
      ends.add(end);
    },
    /** Resolves when a lane has ended, and after so long at the latest. */
    someEnd: (milliseconds: number): Promise<void> =>
      new Promise((resolve) => {
        const go = (): void => {
          stop();
          resolve();
        };
        const stop = deps.clock.every(milliseconds, go);
        void Promise.race(ends).then(go);
      }),
  };
};

/** Null when it is not its turn, or something unforeseen came between: it comes again when its lease ends. */
const tryAtTurn = async (deps: Deps, delivery: Delivery): Promise<NextStep['status'] | null> => {
  try {
    return (await waitsForAnother(deps, delivery)) ? null : await deliver(deps, delivery);
  } catch (error) {
    const { repository_id, job_id, delivery_id } = delivery;
    deps.logger.error('webhook not handled', { repository_id, job_id, delivery_id, error: String(error) });
    return null;
  }
};

/** Whether an earlier event of the job has not been tried yet: another deliverer has it, or a lease must end first. */
const waitsForAnother = async (deps: Deps, delivery: Delivery): Promise<boolean> => {
  if (delivery.tries > 0 || delivery.event.type === 'sync.started') return false;
  const { items } = await deps.outbox.list(delivery.repository_id, RECENT, null);
  return items.some(
    ({ job_id, delivery_id, status, tries }) =>
      job_id === delivery.job_id && delivery_id < delivery.delivery_id && status === 'pending' && tries === 0,
  );
};

const deliver = async (deps: Deps, delivery: Delivery): Promise<NextStep['status']> => {
  const at = deps.clock.now();
  const answer = await tryOnce(deps, delivery, at);
  const next: NextStep =
    answer.kind === 'unsent'
      ? { status: answer.status }
      : afterTry(answer, delivery.tries, delivery.delivery_id, deps.clock.now());
  const attempt: DeliveryAttempt = {
    at: at.toISOString(),
    status: answer.kind === 'answered' ? answer.status : null,
    error: answer.kind === 'answered' ? null : answer.error,
    milliseconds: Math.max(0, deps.clock.now().getTime() - at.getTime()),
  };
  const kept = await deps.outbox.record(delivery, attempt, next);
  const { repository_id, job_id, delivery_id, event, tries } = delivery;
  const facts = { repository_id, job_id, delivery_id, type: event.type, tries: tries + 1, kept, ...attempt };
  // One that was not even sent, its repository being gone or its address off, is no receiver's failure.
  if (kept === 'kept' && answer.kind !== 'unsent' && (next.status === 'failed' || next.status === 'disabled'))
    deps.metrics.emit({ WebhookFailures: 1 }, { repository_id, job_id, delivery_id });
  if (next.status === 'delivered') deps.logger.debug('webhook delivered', facts);
  else deps.logger.warn('webhook not delivered', { ...facts, outcome: next.status });
  return next.status;
};

interface Unsent {
  readonly kind: 'unsent';
  readonly error: string;
  readonly status: 'failed' | 'disabled';
}

/** By the age that its job was claimed with. One that is older than that being kept tells by its own age, which a clock that is put back makes wrong. */
const isOf = (repository: RepositoryRecord, { created_at, repository_created_at }: Delivery): boolean =>
  repository_created_at === undefined
    ? repository.created_at <= created_at
    : repository.created_at === repository_created_at;

/** Why nothing is sent at all, or the answer to what was. */
const tryOnce = async (deps: Deps, delivery: Delivery, at: Date): Promise<WebhookAnswer | Unsent> => {
  const repository = await deps.repositories.get(delivery.repository_id);
  // A new repository of the same name has nothing to do with the old one's deliveries.
  if (repository === null || !isOf(repository, delivery))
    return { kind: 'unsent', error: 'the repository is gone', status: 'failed' };
  if (repository.disabled_webhooks.includes(delivery.url))
    return { kind: 'unsent', error: 'the address has answered 410', status: 'disabled' };
  return send(deps, repository, delivery, at);
};

const send = async (
  deps: Deps,
  { secrets }: RepositoryRecord,
  { delivery_id, url, event }: Delivery,
  at: Date,
): Promise<WebhookAnswer> => {
  try {
    return await deps.webhooks.send({
      id: delivery_id,
      url,
      body: JSON.stringify(event),
      secret: secrets.webhook,
      at,
    });
  } catch (error) {
    // It counts as a try: what can never be sent must come to an end.
    deps.logger.error('webhook could not be sent', {
      delivery_id,
      error: error instanceof Error ? error.name : 'unknown',
    });
    return { kind: 'unreachable', error: 'the request could not be made' };
  }
};
