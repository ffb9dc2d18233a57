import { describe, expect, it } from 'vitest';
import { createJsonLogger, isLogLevel } from '../../../../adapters/system/json-logger.ts';

describe('the log of one machine', () => {
  const now = () => new Date('2026-01-02T03:04:05.000Z');

  it('is one JSON object a line, with facts of the logger and of the call', () => {
    const lines: string[] = [];
    const logger = createJsonLogger('debug', (line) => lines.push(line), { job_id: 'j' }, now);
    logger.with({ phase: 'pull' }).warn('slow', { seconds: 3 });
    logger.error('bad');
    expect(lines).toEqual([
      '{"level":"warn","time":"2026-01-02T03:04:05.000Z","message":"slow","job_id":"j","phase":"pull","seconds":3}\n',
      '{"level":"error","time":"2026-01-02T03:04:05.000Z","message":"bad","job_id":"j"}\n',
    ]);
  });

  it('leaves out what is below its level', () => {
    const lines: string[] = [];
    const logger = createJsonLogger('warn', (line) => lines.push(line));
    logger.debug('a');
    logger.info('b');
    expect(lines).toEqual([]);
    createJsonLogger('silent', (line) => lines.push(line)).error('c');
    expect(lines).toEqual([]);
  });

  it('knows its levels', () => {
    expect(isLogLevel('info')).toBe(true);
    expect(isLogLevel('loud')).toBe(false);
  });
});
