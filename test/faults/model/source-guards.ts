/** A condition in the product's source that protects what must always hold. */
export interface SourceGuard {
  readonly file: string;
  /** What it stands in: this is in the file once. */
  readonly line: string;
  readonly guard: string;
  /** What it says when it is left out: that there is nothing to stop for. */
  readonly otherwise: boolean;
}

const guard = (file: string, line: string, guarded: string, otherwise = false): SourceGuard => ({
  ...{ file, line, guard: guarded, otherwise },
});

/** Without these no scenario breaks, and why that is right, or which test breaks in its place. */
export const unmissed: Readonly<Record<string, string>> = {
  'adapters/dynamodb/claim.ts: again?.lock?.fence !== seen.lock.fence':
    'a lock is freed on the condition that it is the one that was read: where it moved nothing is written, and the repository is read again either way',
  'core/sync/begin-sync.ts: isBeforeDiff(record)':
    'the mark says the same, unless it is lost: then test/unit/sync/begin-sync.test.ts misses this one (“sweeps nothing after the diff, though its mark is lost”)',
  "core/sync/pulse.ts: outcome === 'lost'":
    'it saves work: what a job that has lost its lock writes next is refused by its own condition',
  'core/sync/sweep-leftovers.ts: !published.has(id)':
    'it saves looking at a job twice: what removes its objects asks again whether a branch points to them',
  'core/sync/sweep-leftovers.ts: id === job.job_id':
    'the next condition says the same: its own fence is not below its own',
  'core/sync/unnamed-pages.ts: writer.job === job_id': 'it saves a read: its own fence is not below its own',
  "core/upkeep/reconcile-syncs.ts: execution === 'absent' && job.status === 'queued'":
    'a queued job is resumed then, under a new fence and with one attempt less left, and runs all the same',
  'core/sync/left-by-publish.ts: !stays.has(key)':
    'the words of so few rows are all written anew; test/unit/sync/words-left.test.ts misses it',
  'core/upkeep/reconcile-syncs.ts: job.attempt !== listed.attempt':
    'a job that is resumed a second time loses one attempt, and nothing that must hold; test/unit/upkeep/reconcile-syncs.test.ts misses it (“is left alone where another look has resumed it since it was listed”)',
  'core/upkeep/reconcile-syncs.ts: isTerminal(job.status)':
    'resuming a job that has ended is refused by the condition of that write',
  'core/webhooks/deliver-webhooks.ts: !isOf(repository, delivery)':
    'whether an event of a removed repository is still sent is a matter of milliseconds, so nothing must hold; test/unit/webhooks/deliver-webhooks.test.ts misses it',
  'core/webhooks/deliver-webhooks.ts: repository.disabled_webhooks.includes(delivery.url)':
    'an event that is under way when its address says 410 may come once more, so nothing must hold; test/unit/webhooks/deliver-webhooks.test.ts misses it',
};

const [claim, ends, running] = ['claim', 'job-ends', 'running-jobs'].map((name) => `adapters/dynamodb/${name}.ts`) as [
  string,
  string,
  string,
];
const [begin, sweep, pages, reconcile] = [
  'core/sync/begin-sync.ts',
  'core/sync/sweep-leftovers.ts',
  'core/sync/unnamed-pages.ts',
  'core/upkeep/reconcile-syncs.ts',
] as const;

export const sourceGuards: readonly SourceGuard[] = [
  guard(claim, "if (holder !== null && !claim.force) return { kind: 'held'", 'holder !== null && !claim.force'),
  guard(
    claim,
    'if (seen === null || (registered !== undefined && seen.created_at !== registered))',
    '(registered !== undefined && seen.created_at !== registered)',
  ),
  guard(claim, 'if (again?.lock?.fence !== seen.lock.fence) {', 'again?.lock?.fence !== seen.lock.fence'),
  guard(claim, 'const before = await answeredBefore(parts, claim, seen);\n    if (before !== null)', 'before !== null'),
  guard(
    claim,
    'const isNewest = run === undefined || run.at <= job.created_at;',
    'run === undefined || run.at <= job.created_at',
    true,
  ),
  guard(running, 'if (seen === null || seen.fence !== job.fence) return', 'seen.fence !== job.fence'),
  guard(
    running,
    "if (repository?.lock?.job_id !== job.job_id || repository.lock.fence !== job.fence) return 'lost';",
    'repository?.lock?.job_id !== job.job_id || repository.lock.fence !== job.fence',
  ),
  guard(
    ends,
    "if (seen === null || seen.lock?.job_id !== job.job_id || seen.lock.fence !== job.fence) return 'lost';",
    'seen.lock?.job_id !== job.job_id || seen.lock.fence !== job.fence',
  ),
  guard(ends, "if (isTerminal(job.status)) return { kind: 'ended', job };", 'isTerminal(job.status)'),
  guard(
    'adapters/dynamodb/branches.ts',
    "if (seen.lock !== undefined) return { kind: 'held'",
    'seen.lock !== undefined',
  ),
  guard(
    'adapters/dynamodb/repository-store.ts',
    "if (repository.lock !== undefined) return 'busy';",
    'repository.lock !== undefined',
  ),
  guard(begin, 'if (isBeforeDiff(record) &&', 'isBeforeDiff(record)', true),
  guard(begin, '!(await deps.objects.exists(keys.swept))', '!(await deps.objects.exists(keys.swept))', true),
  guard(sweep, 'if (fence < job.fence) earlier.push(id);', 'fence < job.fence', true),
  guard(sweep, '!published.has(id)) ids.add(id);', '!published.has(id)', true),
  guard(sweep, 'if (!published) {', '!published', true),
  guard(sweep, 'if (id === undefined || id === job.job_id) continue;', 'id === job.job_id'),
  guard(
    sweep,
    'if (Object.values(repository.branches).some((branch) => branch.generation === generation)) return false;',
    'Object.values(repository.branches).some((branch) => branch.generation === generation)',
  ),
  // Pages: which of them nothing needs.
  guard(pages, 'const writer = named.has(key) ? null', 'named.has(key)'),
  guard(pages, 'if (writer === null || writer.job === job_id) continue;', 'writer.job === job_id'),
  guard(
    pages,
    'if (((await deps.jobs.get(writer))?.job.fence ?? 0) < fence) await deps.objects.delete(keys);',
    '((await deps.jobs.get(writer))?.job.fence ?? 0) < fence',
    true,
  ),
  guard('core/sync/left-by-publish.ts', '[...gone].filter((key) => !named.has(key))', '!named.has(key)', true),
  guard('core/sync/left-by-publish.ts', '[...gone].filter((key) => !stays.has(key))', '!stays.has(key)', true),
  guard(
    'core/sync/publish.ts',
    'if (looked.record?.fence === job.fence && isPublished(looked.record.status)) return;',
    'looked.record?.fence === job.fence && isPublished(looked.record.status)',
  ),
  guard(
    'core/sync/load-job.ts',
    'if (record === null || repository?.lock?.fence !== job.fence)',
    'repository?.lock?.fence !== job.fence',
  ),
  guard('core/sync/pulse.ts', "if ((await beat()) === 'lost') controller", "(await beat()) === 'lost'"),
  guard('core/sync/pulse.ts', "if (outcome === 'lost') throw new SyncSupersededError", "outcome === 'lost'"),
  guard('core/sync/diff.ts', 'if (done !== null) return { blobs', 'done !== null'),
  guard('core/sync/pull.ts', 'if (done !== null) return { branches', 'done !== null'),
  guard(
    'core/sync/embed-batch.ts',
    'if (!(await deps.objects.exists(resultKey))) {',
    '!(await deps.objects.exists(resultKey))',
    true,
  ),
  guard(reconcile, "if (execution === 'running') return 'left';", "execution === 'running'"),
  guard(reconcile, "if (job === undefined || isTerminal(job.status)) return 'ended';", 'isTerminal(job.status)'),
  guard(reconcile, "if (job.attempt !== listed.attempt) return 'left';", 'job.attempt !== listed.attempt'),
  guard(
    reconcile,
    "if (execution === 'absent' && job.status === 'queued') {",
    "execution === 'absent' && job.status === 'queued'",
  ),
  guard(reconcile, 'if (job.attempt >= MAX_ATTEMPTS) return giveUp', 'job.attempt >= MAX_ATTEMPTS'),
  guard(
    'core/triggers/follow-ups.ts',
    '(registered !== null && registered !== repository.created_at)',
    'registered !== null && registered !== repository.created_at',
  ),
  guard(
    'core/triggers/follow-ups.ts',
    'repository?.lock?.job_id === holder ?',
    'repository?.lock?.job_id === holder',
    true,
  ),
  guard('core/repositories/clear-removed.ts', 'job === null ? heir === null :', 'heir === null', true),
  guard(
    'core/repositories/clear-removed.ts',
    'return found === null || found.job.fence <= fence;',
    'found.job.fence <= fence',
    true,
  ),
  guard(
    'core/webhooks/deliver-webhooks.ts',
    'if (repository === null || !isOf(repository, delivery))',
    '!isOf(repository, delivery)',
  ),
  guard(
    'core/webhooks/deliver-webhooks.ts',
    'repository.disabled_webhooks.includes(delivery.url)',
    'repository.disabled_webhooks.includes(delivery.url)',
  ),
  guard(
    'core/webhooks/deliver-webhooks.ts',
    '(await waitsForAnother(deps, delivery)) ?',
    'await waitsForAnother(deps, delivery)',
  ),
];

/** Where a run found it otherwise. */
export const sourceDisagreement = (found: ReadonlyMap<string, unknown>): readonly string[] => [
  ...[...found].flatMap(([name, caught]) => {
    if ((caught === null) === Object.hasOwn(unmissed, name)) return [];
    return [
      caught === null ? `nothing is broken without ${name}, and no reason is given` : `${name} is missed after all`,
    ];
  }),
  ...sourceGuards
    .map(nameOfSource)
    .filter((name) => !found.has(name))
    .map((name) => `${name} was not asked`),
];

export const nameOfSource = ({ file, guard: text }: SourceGuard): string => `${file}: ${text}`;

/** What the conditions ask, where `source-hook.ts` has been loaded. */
export const sourceWatch = {
  leftOut: new Set<string>() as ReadonlySet<string>,
  asked: (_: string): void => undefined,
  /** It stops something. */
  refused: (_: string): void => undefined,
};
