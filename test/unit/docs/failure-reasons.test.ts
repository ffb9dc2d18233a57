import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SyncError } from '../../../core/domain/errors.ts';
import { failureOf } from '../../../core/domain/failure-of.ts';
import { type FailureReason, failureReasons, splitReason, withReason } from '../../../core/domain/failure-reasons.ts';
import { Definition } from '../../../local/workflow-engine/definition.ts';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const { States } = Definition.parse(JSON.parse(read('core/workflow/sync.asl.json')));
const reasons = Object.keys(failureReasons) as FailureReason[];

/** The errors that a state tries again after. */
const retriedIn = (name: string): readonly string[] => {
  const state = States[name];
  return state?.Type === 'Task' ? state.Retry.flatMap(({ ErrorEquals }) => ErrorEquals) : [];
};

it('the runbook lists every reason with its code, whether it is tried again, what it means and what to do', () => {
  const retried = retriedIn('Pull');
  const rows = reasons.map((reason) => {
    const { code, says, remedy } = failureReasons[reason];
    return `| \`${reason}\` | \`${code}\` | ${retried.includes(code) ? 'yes' : 'no'} | ${says} | ${remedy} |`;
  });
  const [, section = ''] = /^## Why a source fails$([\s\S]*?)^## /m.exec(read('docs/runbook.md')) ?? [];
  expect(section.split('\n').filter((line) => line.startsWith('| `'))).toEqual(rows);
});

describe('a reason', () => {
  it('is tried again by both steps that read sources, or by none', () => {
    expect(retriedIn('Pull')).toEqual(retriedIn('Stage'));
    expect(retriedIn('Pull')).toContain('SourceUnavailableError');
  });

  it.each(reasons)('makes an error of its class, in one line with where, what and what to do: %s', (reason) => {
    const { code, says, remedy } = failureReasons[reason];
    const failure = failureOf(reason, 'https://h/r');

    expect(failure).toBeInstanceOf(SyncError);
    expect(failure).toMatchObject({ name: code, reason, message: `https://h/r: ${says}: ${remedy}` });
    expect(failure.message).not.toMatch(/[\n.]$/);
  });

  it.each(reasons)('comes through a workflow that keeps names and messages only: %s', (reason) => {
    expect(splitReason(withReason('a: b', reason))).toEqual({ reason, message: 'a: b' });
  });

  it.each(['a: b', '[no_such_reason] a', '[toString] a', '[disk_full]a'])(
    'is not seen where there is none: %s',
    (text) => {
      expect(splitReason(text)).toEqual({ message: text });
      expect(withReason(text, undefined)).toBe(text);
    },
  );
});
