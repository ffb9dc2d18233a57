import type { Runtime } from '../ports/runtime.ts';
import { runFollowUps, type SettledFollowUps } from '../triggers/follow-ups.ts';
import { type Delivered, deliverWebhooks } from '../webhooks/deliver-webhooks.ts';

type Deps = Parameters<typeof deliverWebhooks>[0] & Parameters<typeof runFollowUps>[0] & Pick<Runtime, 'logger'>;

export interface DispatchDue {
  /** Just one of the two; both without. */
  readonly only?: 'webhooks' | 'follow-ups' | undefined;
}

export interface Dispatched {
  readonly webhooks: Delivered | null;
  readonly followUps: SettledFollowUps | null;
}

/** Does what has come due: sends events, and starts the syncs that pushes asked for. Neither waits for the other, or fails it. */
export const dispatchDue =
  (deps: Deps) =>
  async ({ only }: DispatchDue): Promise<Dispatched> => {
    const [webhooks, followUps] = await Promise.allSettled([
      only === 'follow-ups' ? null : deliverWebhooks(deps)(),
      only === 'webhooks' ? null : runFollowUps(deps)(),
    ]);
    return { webhooks: settledValue(webhooks), followUps: settledValue(followUps) };
  };

const settledValue = <T>(settled: PromiseSettledResult<T>): T => {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
};
