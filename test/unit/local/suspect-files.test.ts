import { expect, it } from 'vitest';
import { rememberSuspectFiles } from '../../../local/suspect-files.ts';

it('holds a file against a call that got stuck on it, or that ended its worker on it twice', () => {
  const suspects = rememberSuspectFiles();
  suspects.add('a', 'stuck.ts', true, 'timeout');
  suspects.add('a', 'dead.ts', false, 'ended');
  expect(suspects.of('a')).toEqual([{ path: 'stuck.ts', why: 'timeout' }]);
  suspects.add('a', 'dead.ts', false, 'ended');
  expect(suspects.of('a')).toEqual([
    { path: 'stuck.ts', why: 'timeout' },
    { path: 'dead.ts', why: 'ended' },
  ]);
  expect(suspects.of('b')).toEqual([]);
});

it('knows a call that lost its worker on no file, until it succeeds', () => {
  const suspects = rememberSuspectFiles();
  suspects.add('a', null, true, 'timeout');
  expect([suspects.has('a'), suspects.of('a')]).toEqual([true, []]);
  suspects.forget('a');
  expect(suspects.has('a')).toBe(false);
});

it('remembers the newest calls, so many and no more', () => {
  const suspects = rememberSuspectFiles();
  for (let call = 0; call < 300; call++) suspects.add(String(call), 'x', true, 'timeout');
  suspects.add('44', 'y', true, 'timeout');
  suspects.add('300', 'x', true, 'timeout');
  expect(['43', '44', '45', '46', '299'].map((key) => suspects.has(key))).toEqual([false, true, false, true, true]);
});
