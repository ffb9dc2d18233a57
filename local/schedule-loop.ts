import type { RepositoryId } from '../core/contract/ids.ts';
import type { Runtime } from '../core/ports/runtime.ts';
import { runSchedules } from '../core/triggers/run-schedules.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * Starts scheduled syncs on one machine: shortly after each full minute, those whose time lies in the minutes since the
 * last look. What fell due while the service was down is not made up for: the next time comes.
 * @returns what ends it.
 */
export const startScheduleLoop = (runtime: Runtime, scheduled: () => AsyncIterable<RepositoryId>): (() => void) => {
  const { clock, logger } = runtime;
  const thisMinute = (): number => Math.floor(clock.now().getTime() / MINUTE) * MINUTE;
  const run = runSchedules(runtime);
  let looked = thisMinute();
  return clock.every(SECOND, async () => {
    const until = thisMinute();
    if (until <= looked) return;
    const after = new Date(looked);
    looked = until;
    try {
      await run({ repositories: scheduled(), after, until: new Date(until) });
    } catch (error) {
      logger.error('schedules not looked at', { error: String(error) });
    }
  });
};
