/**
 * Cron expressions of five fields (minute, hour, day of month, month, day of week, in UTC), as users write them, and the
 * same times as EventBridge Scheduler writes them. What has no exact counterpart there is refused everywhere, so that a
 * schedule means the same on AWS and on one machine.
 */
export type ScheduleReading =
  | {
      readonly kind: 'read';
      /** Scheduler's `cron(minute hour day-of-month month day-of-week year)`; at most 256 characters, which is its limit. */
      readonly cron: string;
      /** By how much a start may be put off, so that not all of a full hour's schedules start in the same second; 0: not at all. */
      readonly windowMinutes: number;
    }
  | { readonly kind: 'refused'; readonly reason: string };

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Names of the values from `from` on. */
  readonly names: readonly string[];
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const fields = [
  { name: 'minute', from: 0, to: 59, names: [] },
  { name: 'hour', from: 0, to: 23, names: [] },
  { name: 'day of month', from: 1, to: 31, names: [] },
  { name: 'month', from: 1, to: 12, names: months },
  // 7 is Sunday too.
  { name: 'day of week', from: 0, to: 7, names: weekdays },
] as const satisfies readonly Field[];

/** A user who asks for three o'clock each night does not mean the exact second; more than this is noticed. */
const WIDEST_WINDOW_MINUTES = 15;

export const readSchedule = (expression: string): ScheduleReading => {
  const parts = expression.split(' ');
  if (parts.length !== fields.length) return refused('must be 5 fields separated by a space, such as 0 3 * * *');
  const read: (readonly number[])[] = [];
  for (const [index, field] of fields.entries()) {
    const values = valuesOf(parts[index] ?? '', field);
    if (typeof values === 'string') return refused(values);
    read.push(values);
  }
  const [minutes = [], hours = [], days = [], inMonths = [], ofWeek = []] = read;
  const [, , dayPart, , weekdayPart] = parts;
  // Cron starts on days that match either field; EventBridge Scheduler takes one of them only.
  if (dayPart !== '*' && weekdayPart !== '*')
    return refused('must have * for the day of month or for the day of week: both at once cannot be scheduled');
  if (days[0] !== undefined && !inMonths.some((month) => days.some((day) => day <= (longest[month - 1] ?? 0))))
    return refused('must be a date that exists: its months do not have that day');
  const cron = [
    text(minutes, 60),
    text(hours, 24),
    weekdayPart === '*' ? text(days, 31) : '?',
    text(inMonths, 12),
    // Scheduler counts the days of a week from 1, Sunday.
    weekdayPart === '*' ? '?' : text(sorted(ofWeek.map((day) => (day % 7) + 1)), 7),
    '*',
  ];
  return { kind: 'read', cron: `cron(${cron.join(' ')})`, windowMinutes: windowOf(minutes) };
};

/** The longest that each month can be. */
const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const refused = (reason: string): ScheduleReading => ({ kind: 'refused', reason });

/** The values that a field names, in order, or what is wrong with it. */
const valuesOf = (part: string, field: Field): readonly number[] | string => {
  const values: number[] = [];
  for (const item of part.split(',')) {
    const [, low, high, step] = /^(\*|[0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?(?:\/([0-9]{1,2}))?$/.exec(item) ?? [];
    if (low === undefined) return misfit(field, item);
    const first = low === '*' ? field.from : numberOf(low, field);
    const last = low === '*' ? field.to : high === undefined ? first : numberOf(high, field);
    const by = step === undefined ? 1 : Number(step);
    const isRange = low === '*' || high !== undefined;
    if (first === null || last === null || last < first || by < 1 || (low === '*' && high !== undefined))
      return misfit(field, item);
    // `5/10` means one thing here and another there.
    if (step !== undefined && !isRange) return misfit(field, item);
    for (let value = first; value <= last; value += by) values.push(value);
  }
  return sorted(values);
};

const numberOf = (word: string, { from, to, names }: Field): number | null => {
  if (/^[0-9]{1,2}$/.test(word)) {
    const value = Number(word);
    return value >= from && value <= to ? value : null;
  }
  const index = names.indexOf(word.toUpperCase());
  return index === -1 ? null : from + index;
};

const misfit = ({ name, from, to, names }: Field, item: string): string => {
  const also = names.length === 0 ? '' : ` or ${names[0]} to ${names.at(-1)}`;
  return `must be *, ${from} to ${to}${also}, a range, a list or a step such as */2 for the ${name}, not ${JSON.stringify(item)}`;
};

const sorted = (values: readonly number[]): readonly number[] => [...new Set(values)].sort((a, b) => a - b);

/** `*` for all that there are; else the values, runs of three and more as ranges. */
const text = (values: readonly number[], all: number): string => {
  if (values.length === all) return '*';
  const runs: { first: number; last: number }[] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run !== undefined && run.last === value - 1) run.last = value;
    else runs.push({ first: value, last: value });
  }
  const texts = runs.map(({ first, last }) =>
    last - first >= 2 ? `${first}-${last}` : first === last ? `${first}` : `${first},${last}`,
  );
  return texts.join(',');
};

/** Half of the shortest time between two starts at most: a start never reaches the next one's time. */
const windowOf = (minutes: readonly number[]): number => {
  const gaps = minutes.map((minute, index) => (minutes[index + 1] ?? (minutes[0] ?? 0) + 60) - minute);
  return Math.min(WIDEST_WINDOW_MINUTES, Math.floor(Math.min(...gaps) / 2));
};
