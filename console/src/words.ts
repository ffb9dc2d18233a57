/** Numbers and times as people read them. */

const number = new Intl.NumberFormat('en');

export const count = (value: number, one: string, many = `${one}s`): string =>
  `${number.format(value)} ${value === 1 ? one : many}`;

export const plain = (value: number): string => number.format(value);

const usd = { style: 'currency', currency: 'USD' } as const;
const money = new Intl.NumberFormat('en', usd);
const smallMoney = new Intl.NumberFormat('en', { ...usd, maximumSignificantDigits: 2 });

/** US dollars: `$1,200.50`, `$0.0025`. */
export const dollars = (value: number): string => (value === 0 || value >= 0.01 ? money : smallMoney).format(value);

/** `1 h 4 min`, `3 min 20 s`, `12 s`, `0.8 s`. */
export const duration = (milliseconds: number): string => {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
};

const steps: readonly (readonly [limit: number, unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  [60, 'second', 1],
  [3600, 'minute', 60],
  [86_400, 'hour', 3600],
  [86_400 * 30, 'day', 86_400],
  [86_400 * 365, 'month', 86_400 * 30],
  [Number.POSITIVE_INFINITY, 'year', 86_400 * 365],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** `3 minutes ago`, `in 2 hours`, `just now`. */
export const ago = (time: string, now: number): string => {
  const seconds = (Date.parse(time) - now) / 1000;
  if (Math.abs(seconds) < 5) return 'just now';
  const [, unit, size] = steps.find(([limit]) => Math.abs(seconds) < limit) ?? ['', 'second' as const, 1];
  return relative.format(Math.trunc(seconds / size), unit);
};

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** In the time zone of whoever looks. */
export const exactly = (time: string): string => moment.format(new Date(time));

export const shortCommit = (oid: string): string => oid.slice(0, 10);

/** `completed_with_errors` as `completed with errors`. */
export const spaced = (code: string): string => code.replaceAll('_', ' ');

/** With a capital letter. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
