import { describe, expect, it } from 'vitest';
import type { BatchProgress } from '../../../core/contract/records.ts';
import type { StagedFile } from '../../../core/contract/workflow-state.ts';
import { FileGivenUpError } from '../../../core/domain/errors.ts';
import { careFor } from '../../../core/sync/careful-batch.ts';

const [one, two] = ['1'.repeat(40), '2'.repeat(40)];
const THEN = '2026-01-01T00:00:00.000Z';
const LATER = '2026-01-01T00:00:09.000Z';
const standing = (parts: Partial<BatchProgress> = {}): BatchProgress => ({
  batch: 1,
  files_total: 9,
  files_done: 0,
  current_file: 'src/some.ts',
  updated_at: LATER,
  ...parts,
});
const told = (at: string): BatchProgress['last_error'] => ({
  code: 'StoreBusyError',
  message: 'busy',
  at,
  try: 1,
  tries: 9,
  next_try_by: null,
  phase: 'embed',
  attempt: 1,
});
const file = (oid: string) => ({ path: `src/${oid[0]}.ts`, oid }) as StagedFile;

/** What is noted when each of these files is begun, and at the end. */
const notes = async (found: BatchProgress | undefined, ...oids: string[]) => {
  const written: object[] = [];
  const care = careFor(found, async () => {
    written.push(care.noted());
  });
  for (const oid of oids) await care.next(file(oid));
  await care.rest();
  await care.rest();
  return { written, last: care.noted() };
};

describe('a batch', () => {
  it('that is begun for the first time is not noted file by file', async () => {
    expect(await notes(undefined, one, two)).toEqual({ written: [], last: {} });
  });

  it('of which a try has died is, from before a file is cut until none is', async () => {
    for (const found of [standing(), standing({ last_error: told(THEN) }), standing({ current_file: null })])
      expect(await notes(found, one, two)).toEqual({
        written: [
          { working_on: one, left_out: [] },
          { working_on: two, left_out: [] },
          { working_on: null, left_out: [] },
        ],
        last: { working_on: null, left_out: [] },
      });
  });

  it('leaves out what tries have died on, for good', async () => {
    const found = standing({ working_on: two, left_out: [one] });
    for (const oid of [one, two]) await expect(notes(found, oid)).rejects.toThrow(FileGivenUpError);
    expect((await notes(found)).last).toEqual({ working_on: null, left_out: [one, two] });
    const known = standing({ left_out: [one], last_error: told(LATER) });
    await expect(notes(known, one)).rejects.toThrow(`src/1.ts: each worker`);
    expect((await notes(known, two)).written).toHaveLength(2);
  });

  it('whose last try failed with an error that it could tell holds no file responsible', async () => {
    const found = standing({ working_on: one, last_error: told(LATER) });
    expect(await notes(found, one)).toEqual({ written: [], last: { working_on: null } });
  });
});
