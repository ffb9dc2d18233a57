import type { Runtime } from '../ports/runtime.ts';
import { type ClearDeps, clearRemoved } from '../repositories/clear-removed.ts';
import { runFollowUps, type SettledFollowUps } from '../triggers/follow-ups.ts';
import { type Delivered, deliverWebhooks } from '../webhooks/deliver-webhooks.ts';

type Deps = Parameters<typeof deliverWebhooks>[0] &
  Parameters<typeof runFollowUps>[0] &
  ClearDeps &
  Pick<Runtime, 'clock'>;

/** Removals of one round; the next round takes the others. */
const ROUND = 20;

export interface DispatchDue {
  /** Just one of the three; all without. */
  readonly only?: 'webhooks' | 'follow-ups' | 'removals' | undefined;
}

export interface Dispatched {
  readonly webhooks: Delivered | null;
  readonly followUps: SettledFollowUps | null;
  /** Removed repositories that were cleared. */
  readonly removals: number | null;
}

/**
 * Does what has come due: sends events, starts the syncs that pushes asked for, clears what removed repositories have left. None waits for
 * another, or fails it.
 */
export const dispatchDue =
  (deps: Deps) =>
  async ({ only }: DispatchDue): Promise<Dispatched> => {
    const asked = (kind: NonNullable<DispatchDue['only']>): boolean => only === undefined || only === kind;
    const [webhooks, followUps, removals] = await Promise.allSettled([
      asked('webhooks') ? deliverWebhooks(deps)() : null,
      asked('follow-ups') ? runFollowUps(deps)() : null,
      asked('removals') ? clearRemovals(deps) : null,
    ]);
    return {
      webhooks: settledValue(webhooks),
      followUps: settledValue(followUps),
      removals: settledValue(removals),
    };
  };

/** One that cannot be cleared keeps no other from it; it is due until it is. */
const clearRemovals = async (deps: Deps): Promise<number> => {
  let cleared = 0;
  for (const removal of await deps.removals.due(deps.clock.now(), ROUND))
    try {
      await clearRemoved(deps)(removal);
      cleared += 1;
    } catch (error) {
      const { repository_id } = removal;
      deps.logger.error('removed repository not cleared', { repository_id, error: String(error) });
    }
  return cleared;
};

const settledValue = <T>(settled: PromiseSettledResult<T>): T => {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
};
