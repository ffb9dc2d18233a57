import { describe, expect, it } from 'vitest';
import { fittedPath, fittedText } from '../../../cli/fitted.ts';
import { barOf } from '../../../cli/progress-bar.ts';
import type { Job } from '../../../client/src/client.ts';

const now = new Date('2026-01-01T00:00:00Z');
const path = 'packages/service/src/components/repositories/registration-form.tsx';
const job = (more: Partial<Job> = {}): Job =>
  ({
    status: 'running',
    progress: { percentage: 55, phase: 'embed', files_processed: 694, files_total: 1368, current_file: path },
    error: null,
    last_error: null,
    waits_for_job_id: null,
    ...more,
  }) as Job;

/** The line as it is drawn, with a bar of 24. */
const lineOf = (columns: number | undefined, more?: Partial<Job>): string => {
  const { phase, percentage, files, current } = barOf(job(more), now, columns);
  return `${phase} [${'='.repeat(24)}] ${String(percentage).padStart(3)}% ${files} ${current}`;
};

describe('the line of progress', () => {
  it.each([
    [140, path],
    [undefined, path],
    [100, '…/repositories/registration-form.tsx'],
    [80, '…/registration-form.tsx'],
    [76, '…gistration-form.tsx'],
    [60, '…tsx'],
    [40, ''],
  ])('in %s columns shows the path as %s', (columns, shown) => {
    expect(lineOf(columns)).toMatch(new RegExp(`files ${shown}$`));
    if (columns !== undefined && columns > 60) expect(lineOf(columns).length).toBeLessThan(columns);
  });

  it('shows the beginning of a cause', () => {
    const error = { code: 'x', message: 'the source has none of the branches a, b' } as Job['error'];
    expect(lineOf(80, { status: 'failed', error })).toMatch(/^failed .* the source has none of …$/);
    expect(lineOf(120, { status: 'failed', error })).toMatch(/branches a, b$/);
  });
});

it('what is fitted keeps characters whole, and counts wide ones twice', () => {
  expect(fittedPath('src/日本語/文書.md', 11)).toBe('…/文書.md');
  expect(fittedPath('src/日本語/文書.md', 18)).toBe('src/日本語/文書.md');
  expect(fittedPath('src/🙂🙂🙂🙂.md', 8)).toBe('…🙂🙂.md');
  expect(fittedText('🙂🙂🙂', 5)).toBe('🙂🙂…');
  expect(fittedText('🙂🙂🙂', 0)).toBe('');
  expect(fittedText('cafe\u0301', 4)).toBe('cafe\u0301');
});
