import { Logger } from '@aws-lambda-powertools/logger';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPowertoolsLogger } from '../../../../adapters/powertools/logger.ts';

const lines: Record<string, unknown>[] = [];
beforeEach(() => {
  lines.length = 0;
  // Powertools writes to the console where it is not in a Lambda.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  for (const method of ['debug', 'info', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockImplementation((line: string) => void lines.push(JSON.parse(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const logger = () => createPowertoolsLogger(new Logger({ serviceName: 'repository-sync', logLevel: 'DEBUG' }));

describe('a line', () => {
  it.each(['debug', 'info', 'warn', 'error'] as const)('has its level, message and facts (%s)', (level) => {
    logger()[level]('batch embedded', { chunks: 7 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: level.toUpperCase(), message: 'batch embedded', chunks: 7 });
  });

  it.each(['debug', 'info', 'warn', 'error'] as const)('needs no facts (%s)', (level) => {
    logger()[level]('nothing to do');
    expect(lines[0]).toMatchObject({ message: 'nothing to do', service: 'repository-sync' });
  });
});

describe('a logger with facts', () => {
  it('adds them to every line, and leaves the logger that it comes from alone', () => {
    const parent = logger();
    const child = parent.with({ job_id: 'sync-1' });
    child.with({ batch: 3 }).info('one', { chunks: 1 });
    child.info('two');
    parent.info('three');
    expect(lines.map(({ job_id, batch, chunks }) => [job_id, batch, chunks])).toEqual([
      ['sync-1', 3, 1],
      ['sync-1', undefined, undefined],
      [undefined, undefined, undefined],
    ]);
  });
});

it('is Powertools’ own where none is given', () => {
  createPowertoolsLogger().info('ready');
  expect(lines[0]).toMatchObject({ level: 'INFO', message: 'ready' });
});
