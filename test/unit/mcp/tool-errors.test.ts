import { describe, expect, it } from 'vitest';
import { type JobPlan, ProblemError, UnexpectedAnswerError, UnreachableError } from '../../../client/src/client.ts';
import { errorResult } from '../../../mcp/tool-errors.ts';

const told = (error: unknown): string => {
  const { isError, content } = errorResult(error);
  expect(isError).toBe(true);
  return (content[0] as { text: string }).text;
};
const problem = (status: number, body: object = {}, retryAfter: number | null = null) =>
  new ProblemError(status, { detail: 'It did not work', ...body } as ProblemError['problem'], retryAfter);

describe('what a tool says of an error', () => {
  it.each([
    [problem(401), 'ask the user for a new one'],
    [problem(403), 'list_repositories shows it. Do not try again'],
    [problem(404), 'list_branches the branches'],
    [problem(409, { job_id: 'sync-1' }), 'Job sync-1 is under way: get_job shows its progress'],
    [problem(429), 'Try again later'],
    [problem(429, {}, 7), 'Try again in 7 seconds'],
    [problem(503), 'The service is busy. Try again in 5 seconds'],
    [problem(503, {}, 9), 'Try again in 9 seconds'],
    [problem(503, { fault: 'index_lost' }), 'sync_repository builds it again'],
    [problem(500), 'an error of the service: try once more'],
  ])('is the matter and what to do about it: %s', (error, whatToDo) => {
    expect(told(error)).toMatch(/^It did not work\. /);
    expect(told(error)).toContain(whatToDo);
  });

  it('is the matter alone where there is nothing to do', () => {
    expect(told(problem(400))).toBe('It did not work.');
    expect(told(problem(409, { job_id: 'sync-1', ended_at: '2026-01-01T00:00:00Z' }))).toBe('It did not work.');
    expect(told(problem(409))).toBe('It did not work.');
    expect(told(new ProblemError(418, {} as ProblemError['problem'], null))).toBe('the service answered 418.');
  });

  it('names each field, ten at most', () => {
    const errors = Array.from({ length: 12 }, (_, n) => ({ field: `f${n}`, message: 'is wrong' }));
    expect(told(problem(400, { errors: errors.slice(0, 2) }))).toBe('f0: is wrong; f1: is wrong.');
    expect(told(problem(400, { errors }))).not.toContain('f10');
  });

  it('is the plan where a limit refused it, with tokens and costs as far as they are known', () => {
    const plan = { added: 1, modified: 2, renamed: 3, deleted: 4, files_to_read: 5, tokens: null, cost_usd: null };
    const refused = (more: Partial<JobPlan>) =>
      told(
        problem(422, {
          type: 'urn:repository-sync:problem:over-limit',
          plan: { ...plan, ...more },
        }),
      );
    expect(refused({})).toContain(
      'The sync would add 1, modify 2, rename 3 and delete 4 files, read 5 of them. Ask the user before you allow more',
    );
    expect(refused({ tokens: 600 })).toContain('read 5 of them, and embed 600 tokens at most. Ask');
    expect(refused({ tokens: 600, cost_usd: 0.12 })).toContain('600 tokens at most, 0.12 US dollars. Ask');
  });

  it('tells of a service that does not answer, or is another one, and of anything else by its words', () => {
    expect(told(new UnreachableError('http://localhost:1/api', new Error('refused')))).toContain('does not answer');
    expect(told(new UnexpectedAnswerError('http://localhost:1/api', 200, 'text/html'))).toContain(
      'Ask the user to check the address',
    );
    expect(told(new TypeError('nonsense'))).toBe('nonsense');
    expect(told('text')).toBe('text');
  });
});
