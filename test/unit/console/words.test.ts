import { describe, expect, it } from 'vitest';
import type { Job, SyncOptions } from '../../../client/src/client.ts';
import { bytesOf, filePage, folderPage, foldersOf, linesOf } from '../../../console/src/addresses.ts';
import { markTokens, rangesOf, wordsOf } from '../../../console/src/code/marks.ts';
import { filesPerSecond } from '../../../console/src/rate.ts';
import { optionsOf, type SyncChoice, unchosen } from '../../../console/src/sync-choice.ts';
import { marksOf, modeInWords, outcomeInWords, remaining, syncInWords } from '../../../console/src/sync-words.ts';
import { ago, count, duration } from '../../../console/src/words.ts';
import { SyncOptions as Options } from '../../../core/contract/sync-options.ts';

describe('a duration', () => {
  it.each([
    [0, '0 s'],
    [840, '0.8 s'],
    [9_949, '9.9 s'],
    [12_400, '12 s'],
    [60_000, '1 min'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [3_840_000, '1 h 4 min'],
    [-5, '0 s'],
  ])('of %i ms is %s', (milliseconds, words) => {
    expect(duration(milliseconds)).toBe(words);
  });
});

describe('a time', () => {
  const now = Date.parse('2026-01-10T12:00:00Z');
  it.each([
    ['2026-01-10T11:59:57Z', 'just now'],
    ['2026-01-10T11:59:30Z', '30 seconds ago'],
    ['2026-01-10T11:01:00Z', '59 minutes ago'],
    ['2026-01-10T14:00:00Z', 'in 2 hours'],
    ['2026-01-08T12:00:00Z', '2 days ago'],
    ['2024-01-10T12:00:00Z', '2 years ago'],
  ])('%s is %s', (time, words) => {
    expect(ago(time, now)).toBe(words);
  });
});

it('what is counted has its plural', () => {
  expect([count(1, 'file'), count(1234, 'file'), count(2, 'try', 'tries')]).toEqual([
    '1 file',
    '1,234 files',
    '2 tries',
  ]);
});

describe('the rate', () => {
  it('is of the last ten seconds', () => {
    const samples = [0, 5, 10, 15, 20].map((seconds) => ({
      at: seconds * 1000,
      files: seconds < 10 ? 0 : seconds * 3,
    }));
    expect(filesPerSecond(samples)).toBe(3);
  });
  it.each([
    [[]],
    [[{ at: 0, files: 3 }]],
    [
      [
        { at: 0, files: 0 },
        { at: 500, files: 9 },
      ],
    ],
    [
      [
        { at: 0, files: 9 },
        { at: 5_000, files: 9 },
      ],
    ],
  ])('is not known from %j', (samples) => {
    expect(filesPerSecond(samples)).toBeNull();
  });
});

const job = (more: Partial<Job>): Job =>
  ({
    status: 'completed',
    requested_by: 'ann',
    progress: { percentage: 42, phase: 'embed', files_processed: 1, files_total: 2, current_file: null },
    missing: [],
    branches: [{ name: 'main', commit: null, status: 'published', reason: null }],
    pull: [],
    error: null,
    counts: null,
    mode: null,
    mode_reason: null,
    estimated_completion: null,
    ended_at: null,
    plan: null,
    options: { branches: ['current'] },
    ...more,
  }) as unknown as Job;

describe('a sync in words', () => {
  it('says which branches and how much', () => {
    expect(syncInWords({}, null)).toEqual([
      'Processes what has changed in the default branch; where half of the files have changed, all of them.',
    ]);
    expect(syncInWords({ branches: ['current'] }, null)).toEqual(syncInWords({}, null));
    expect(syncInWords({ branches: ['a', 'b'], incremental: true, pull_remote: false }, null)).toEqual([
      'Processes what has changed in the branches a, b since the last sync, and nothing else.',
      'Does not ask the remote: only what is there already is read.',
    ]);
  });
  it('says what force cancels, and what it clears', () => {
    expect(syncInWords({ force: true, full_reindex: true, branches: ['a'] }, job({}))).toEqual([
      'Builds the whole index of the branch a anew.',
      'Cancels the sync that is running (42 %, begun by ann); what it has not published is lost.',
      'Clears the index at once: nothing is found until the new one is ready.',
    ]);
    expect(syncInWords({ full_reindex: true }, null)).toContain(
      'Until the new one is ready, searches are answered from the index as it is.',
    );
  });
  it('says what limits it, that it only plans, and what becomes of it while another one runs', () => {
    const rest = (options: SyncOptions) => syncInWords(options, job({})).slice(1);
    expect(rest({ max_files: 1, max_cost: 0.0025 })).toEqual([
      'Ends without a change if more than 1 file would have to be read.',
      'Ends without a change if it may cost more than $0.0025.',
    ]);
    expect(rest({ dry_run: true })).toEqual([
      'Changes nothing: it reads what has changed, and says what a sync would do and cost.',
    ]);
    expect(rest({ on_conflict: 'queue' })).toEqual([
      'Begins when the sync that is running has ended, together with what else waits for that.',
    ]);
    expect(rest({ on_conflict: 'attach' })).toEqual([
      'Starts nothing of its own where the sync that is running does this already; else it is refused.',
    ]);
  });
  it('names patterns, the remote and the webhook', () => {
    expect(
      syncInWords({ ignore_patterns: ['*.md'], pull_remote: true, progress_webhook: 'https://a.example/' }, null).slice(
        1,
      ),
    ).toEqual([
      'Asks the remote for new commits first.',
      'Leaves out what *.md match.',
      'Sends its progress to https://a.example/.',
    ]);
  });
});

describe('what the form of a sync sends', () => {
  const everything: SyncChoice = {
    extent: 'incremental',
    branches: ['a'],
    patterns: ['*.md'],
    pull: 'no',
    webhook: ' https://a.example/ ',
    planOnly: false,
    maxFiles: '5',
    maxCost: '0.5',
    meanwhile: 'force',
  };
  it('is nothing where nothing is chosen', () => {
    expect(optionsOf(unchosen, false)).toEqual({});
  });
  it('is all that is chosen', () => {
    const details = { ignore_patterns: ['*.md'], pull_remote: false, progress_webhook: 'https://a.example/' };
    const all = { incremental: true, branches: ['a'], ...details, max_files: 5, max_cost: 0.5 };
    expect(optionsOf(everything, false)).toEqual(all);
    expect(optionsOf(everything, true)).toEqual({ ...all, force: true });
    const { max_files, max_cost, ...rest } = all;
    expect(optionsOf({ ...everything, planOnly: true }, false)).toEqual({ ...rest, dry_run: true });
  });
  it.each<[string, Partial<SyncChoice>, boolean]>([
    ['a plan', { planOnly: true }, false],
    ['one that waits', { meanwhile: 'queue' }, true],
    ['a plan that would wait', { planOnly: true, meanwhile: 'queue' }, true],
    ['one that joins', { meanwhile: 'attach', planOnly: true }, true],
    ['one that replaces', { meanwhile: 'force', planOnly: true }, true],
    ['one that replaces and clears', { meanwhile: 'force', extent: 'full' }, true],
    ['one with limits alone', { patterns: [], pull: 'default', webhook: '' }, true],
  ])('is never what the service refuses: %s', (_, more, isRunning) => {
    const sent = optionsOf({ ...everything, ...more }, isRunning);
    expect(Options.safeParse(sent).error?.issues ?? []).toEqual([]);
  });
});

describe('what has become of a job', () => {
  const counts = { added: 0, modified: 0, renamed: 0, deleted: 0, failed: 0 } as Job['counts'] & object;
  it.each([
    [job({ counts }), 'Nothing had changed'],
    [job({ counts, branches: [] }), 'The source has no branches, so there was no commit to index'],
    [job({ counts: { ...counts, added: 1200, deleted: 3 } }), '1,200 files added, 3 deleted'],
    [
      job({ counts: { ...counts, modified: 1, failed: 1 }, missing: ['x'] }),
      '1 file modified; 1 file failed; 1 branch missing',
    ],
    [job({ status: 'failed', error: { code: 'x', message: 'No such host' } }), 'No such host'],
    [job({ status: 'failed' }), 'Failed'],
    [job({ status: 'cancelled' }), 'Cancelled: the index is as it was'],
    [
      job({
        status: 'cancelled',
        options: { force: true, full_reindex: true, branches: ['a'] },
      } as unknown as Partial<Job>),
      'Cancelled: the index was cleared when it was started',
    ],
    [job({ status: 'running' }), 'Indexing'],
    [
      job({ status: 'running', options: { dry_run: true, branches: ['a'] } } as unknown as Partial<Job>),
      'Planning: comparing the texts with the index',
    ],
    [job({ status: 'failed', options: { dry_run: true, branches: ['a'] } } as unknown as Partial<Job>), 'Failed'],
    [
      job({
        options: { dry_run: true, branches: ['a'] } as unknown as Job['options'],
        ended_at: '2026-01-10T12:00:00Z',
        plan: { ...counts, added: 2 },
      } as unknown as Partial<Job>),
      'A plan: 2 files added. Nothing was changed',
    ],
  ])('is told in a line: %#', (ended, words) => {
    expect(outcomeInWords(ended)).toBe(words);
  });
  it('has marks where it is no sync as usual', () => {
    const options = { force: false } as Job['options'];
    expect(marksOf(job({ options, mode: 'incremental' }))).toEqual([]);
    expect(marksOf(job({ options: { ...options, force: true }, mode: 'full' }))).toEqual(['full', 'forced']);
    const error = { code: 'OverLimitError', reason: 'over_limit', message: 'too much' } as const;
    expect(marksOf(job({ options, mode: null, error }))).toEqual(['over its limit']);
  });
  it('names why its index is a full one', () => {
    expect(modeInWords(job({ mode: 'full', mode_reason: 'index_lost' }))).toBe('full (the index was lost)');
    expect(modeInWords(job({ mode: 'incremental' }))).toBe('incremental');
    expect(modeInWords(job({}))).toBeNull();
  });
  it('says how long it will take, while it runs and where that is known', () => {
    const now = Date.parse('2026-01-10T12:00:00Z');
    expect(remaining(job({ estimated_completion: '2026-01-10T12:01:30Z' }), now)).toBe('about 1 min 30 s left');
    expect(remaining(job({ estimated_completion: '2026-01-10T11:59:00Z' }), now)).toBe('any moment now');
    expect(remaining(job({}), now)).toBeNull();
  });
});

describe('what is marked in a line of code', () => {
  it.each([
    ['claim the lock', ['claim', 'lock']],
    ['the', ['the']],
    ['parse path:src/ lang:go -mock -"left out" "exact phrase" -path:x', ['exact phrase', 'parse']],
    ['path:"my files" open', ['open']],
    ['a+b (x)', []],
  ])('are the words of %s', (query, words) => {
    expect(wordsOf(query)).toEqual(words);
  });
  it('is found in any case, and whatever signs a phrase has', () => {
    expect(rangesOf('Lock unlock(a.b)', ['lock', 'a.b'])).toEqual([
      [0, 4],
      [7, 11],
      [12, 15],
    ]);
    expect(rangesOf('aXb', ['a.b'])).toEqual([]);
    expect(rangesOf('x', [])).toEqual([]);
  });
  it('cuts its tokens, and loses nothing of them', () => {
    const tokens = [
      { text: 'const ', className: 'k' },
      { text: 'lockName', className: '' },
    ];
    const pieces = markTokens(tokens, [
      [3, 10],
      [12, 14],
    ]);
    expect(pieces).toEqual([
      { text: 'con', className: 'k', marked: false },
      { text: 'st ', className: 'k', marked: true },
      { text: 'lock', className: '', marked: true },
      { text: 'Na', className: '', marked: false },
      { text: 'me', className: '', marked: true },
    ]);
    expect(markTokens(tokens, []).map(({ text }) => text)).toEqual(['const ', 'lockName']);
  });
});

describe('the address of a file', () => {
  it('holds any name, its branch and its lines', () => {
    const address = filePage('demo', { file: 'a b/#1?&%.ts', branch: 'x/y', lines: [3, 9] });
    const url = new URL(address, 'http://localhost');
    expect(url.pathname).toBe('/repositories/demo/files');
    expect([url.searchParams.get('file'), url.searchParams.get('branch')]).toEqual(['a b/#1?&%.ts', 'x/y']);
    expect(linesOf(url.hash)).toEqual([3, 9]);
    expect(filePage('demo', { file: 'a', lines: [4, 4] })).toBe('/repositories/demo/files?file=a#L4');
    expect(folderPage('demo', '')).toBe('/repositories/demo/files');
    // Of a name that is not UTF-8 its bytes are what leads there, and to the folders above.
    const bytes = Buffer.from([0x64, 0xff, 0x2f, 0x63, 0xe9]).toString('base64');
    const odd = new URL(filePage('demo', { file: 'd\ufffd/c\ufffd', bytes }), 'http://localhost');
    expect(odd.searchParams.get('bytes')).toBe(bytes);
    expect(foldersOf(bytes).map((each) => [...bytesOf(each)])).toEqual([
      [0x64, 0xff],
      [0x64, 0xff, 0x2f, 0x63, 0xe9],
    ]);
    expect(folderPage('demo', 'src', 'x')).toBe('/repositories/demo/files?path=src&branch=x');
  });
  it.each([
    ['', null],
    ['#x', null],
    ['#L', null],
    ['#L7', [7, 7]],
    ['#L9-L3', [3, 9]],
  ])('its hash %j names %j', (hash, lines) => {
    expect(linesOf(hash)).toEqual(lines);
  });
});
