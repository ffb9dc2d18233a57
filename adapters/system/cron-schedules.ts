import { Cron } from 'croner';
import { readSchedule } from '../../core/domain/schedule-expression.ts';
import type { Schedules } from '../../core/ports/schedules.ts';

/** Schedules by croner. A paused Cron only computes: no timer is started. */
export const cronSchedules: Schedules = {
  refuse: (expression) => {
    const reading = readSchedule(expression);
    if (reading.kind === 'refused') return reading.reason;
    try {
      const next = parse(expression).nextRun();
      return next === null ? 'must be a schedule that has a next time' : null;
    } catch (error) {
      return `must be a cron expression of 5 fields: ${messageOf(error)}`;
    }
  },
  next: (expression, after) => {
    try {
      return parse(expression).nextRun(after);
    } catch (error) {
      throw new RangeError(messageOf(error), { cause: error });
    }
  },
  // One machine's loop reads the records themselves (local/schedule-loop.ts).
  set: async () => undefined,
};

const parse = (expression: string): Cron => new Cron(expression, { mode: '5-part', timezone: 'Etc/UTC', paused: true });

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, '');
