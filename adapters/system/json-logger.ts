import type { Logger } from '../../core/ports/logger.ts';

const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof levels)[number];

/** True for a level's name. */
export const isLogLevel = (name: string): name is LogLevel => (levels as readonly string[]).includes(name);

/** One JSON object a line, for one machine; on AWS powertools' logger does this. */
export const createJsonLogger = (
  level: LogLevel,
  write: (line: string) => void,
  facts: Record<string, unknown> = {},
  now: () => Date = () => new Date(),
): Logger => {
  const log =
    (name: LogLevel) =>
    (message: string, more: Record<string, unknown> = {}): void => {
      if (levels.indexOf(name) < levels.indexOf(level)) return;
      write(`${JSON.stringify({ level: name, time: now().toISOString(), message, ...facts, ...more })}\n`);
    };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    with: (more) => createJsonLogger(level, write, { ...facts, ...more }, now),
  };
};
