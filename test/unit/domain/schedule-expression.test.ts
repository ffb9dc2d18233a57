import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cronSchedules } from '../../../adapters/system/cron-schedules.ts';
import { Schedule } from '../../../core/contract/api.ts';
import { readSchedule } from '../../../core/domain/schedule-expression.ts';

const MINUTE = 60_000;

const cronOf = (expression: string): string => {
  const reading = readSchedule(expression);
  if (reading.kind === 'refused') throw new Error(reading.reason);
  return reading.cron;
};

/** EventBridge Scheduler's reading of its own notation, from its guide: written apart from the code, of ranges, lists, * and ? only. */
const startsAt = (cron: string, at: Date): boolean => {
  const parts = /^cron\((.+)\)$/.exec(cron)?.[1]?.split(' ') ?? [];
  const matches = (part: string, value: number): boolean =>
    part === '*' ||
    part === '?' ||
    part.split(',').some((item) => {
      const [low, high = low] = item.split('-').map(Number);
      return value >= Number(low) && value <= Number(high);
    });
  const [minute = '', hour = '', day = '', month = '', weekday = '', year] = parts;
  expect([parts.length, year, [day, weekday].filter((part) => part === '?').length]).toEqual([6, '*', 1]);
  return (
    matches(minute, at.getUTCMinutes()) &&
    matches(hour, at.getUTCHours()) &&
    matches(day, at.getUTCDate()) &&
    matches(month, at.getUTCMonth() + 1) &&
    matches(weekday, at.getUTCDay() + 1)
  );
};

/** One field's text: *, values, ranges, steps and lists of them. */
const field = (from: number, to: number, names: readonly string[] = []): fc.Arbitrary<string> => {
  const value = fc.integer({ min: from, max: to });
  const word = value.map((each) => names[each - from] ?? String(each));
  const step = fc.integer({ min: 1, max: to });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const item = fc.oneof(
    word,
    range,
    fc.tuple(range, step).map(([text, by]) => `${text}/${by}`),
    step.map((by) => `*/${by}`),
  );
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant('*') },
    { weight: 3, arbitrary: fc.array(item, { minLength: 1, maxLength: 4 }).map((items) => items.join(',')) },
  );
};
const day = fc.oneof(
  fc.tuple(field(1, 31), fc.constant('*')),
  fc.tuple(fc.constant('*'), field(0, 7, ['SUN', 'mon', 'Tue', 'WED', 'THU', 'FRI', 'SAT', '7'])),
);
const expressions = fc
  .tuple(
    field(0, 59),
    field(0, 23),
    day,
    field(1, 12, ['JAN', 'feb', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']),
  )
  .map(([minute, hour, [dayOfMonth, weekday], month]) => `${minute} ${hour} ${dayOfMonth} ${month} ${weekday}`);

const times = fc
  .integer({ min: Date.UTC(2024, 0) / MINUTE, max: Date.UTC(2032, 0) / MINUTE })
  .map((minutes) => new Date(minutes * MINUTE));

describe('an expression of five fields', () => {
  it('starts at the same minutes in EventBridge Scheduler’s six, and fits into its 256 characters', () => {
    fc.assert(
      fc.property(expressions, fc.array(times, { minLength: 5, maxLength: 5 }), (expression, samples) => {
        fc.pre(cronSchedules.refuse(expression) === null);
        const cron = cronOf(expression);
        expect(cron.length).toBeLessThanOrEqual(256);
        for (const sample of samples) {
          const next = cronSchedules.next(expression, sample);
          // The next start, the minute before it, and any minute.
          for (const at of [sample, ...(next === null ? [] : [next, new Date(next.getTime() - MINUTE)])]) {
            const before = new Date(at.getTime() - 1000);
            expect([at, startsAt(cron, at)]).toEqual([
              at,
              cronSchedules.next(expression, before)?.getTime() === at.getTime(),
            ]);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['0 3 * * *', 'cron(0 3 * * ? *)'],
    ['*/15 8-18 * * MON-FRI', 'cron(0,15,30,45 8-18 ? * 2-6 *)'],
    ['30 4 1,15 * *', 'cron(30 4 1,15 * ? *)'],
    ['0 0 * * 0', 'cron(0 0 ? * 1 *)'],
    ['0 0 * * 5-7', 'cron(0 0 ? * 1,6,7 *)'],
    ['0 0 * jan,7 sun', 'cron(0 0 ? 1,7 1 *)'],
    ['0-59 0-23 * * *', 'cron(* * * * ? *)'],
  ])('%s is %s', (expression, cron) => {
    expect(cronOf(expression)).toBe(cron);
  });

  it.each([
    ['0 3 * *', /5 fields/],
    ['0 3 * * * *', /5 fields/],
    ['0  3 * * *', /5 fields/],
    ['0 0 13 * 5', /both at once/],
    ['60 * * * *', /for the minute, not "60"/],
    ['5/10 * * * *', /for the minute, not "5\/10"/],
    ['*-5 * * * *', /for the minute/],
    ['30-10 * * * *', /for the minute/],
    ['*/0 * * * *', /for the minute/],
    ['0 24 * * *', /for the hour/],
    ['0 0 0 * *', /for the day of month/],
    ['0 0 L * *', /for the day of month/],
    ['0 0 31 2,4 *', /a date that exists/],
    ['0 0 * FOO *', /1 to 12 or JAN to DEC/],
    ['0 0 * * 8', /0 to 7 or SUN to SAT/],
    ['0 0 * * FRI-MON', /day of week/],
    ['0 0 * * 5#2', /day of week/],
    ['0 0 ? * *', /day of month/],
    ['0 0 , * *', /day of month/],
  ])('may not be %s', (expression, reason) => {
    expect(readSchedule(expression)).toMatchObject({ kind: 'refused', reason: expect.stringMatching(reason) });
    expect(cronSchedules.refuse(expression)).toMatch(reason);
  });

  it.each([
    `${'*/1,'.repeat(46)}* * * * *`,
    `${'1-'.repeat(95)} * * * *`,
    `${'A'.repeat(190)}! * * * *`,
    `*/${'9'.repeat(190)} * * * *`,
    `0 0 ${'1,'.repeat(90)} * *`,
    `${' '.repeat(200)}`,
  ])('is read at once, the hardest of the longest too: %s', (expression) => {
    const started = performance.now();
    expect(Schedule.safeParse(expression).success && cronSchedules.refuse(expression) === null).toBe(
      expression.startsWith('*/1,'),
    );
    expect(performance.now() - started).toBeLessThan(500);
  });

  it.each([
    ['0 3 * * *', 15],
    ['0,30 * * * *', 15],
    ['*/20 * * * *', 10],
    ['0,50 * * * *', 5],
    ['*/2 * * * *', 1],
    ['* * * * *', 0],
  ])('%s may start within %i minutes, and never reaches its next time', (expression, windowMinutes) => {
    expect(readSchedule(expression)).toMatchObject({ windowMinutes });
  });
});
