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

export const nameOfSource = ({ file, guard: text }: SourceGuard): string => `${file}: ${text}`;

/** What the conditions ask, where `source-hook.ts` has been loaded. */
export const sourceWatch = {
  leftOut: new Set<string>() as ReadonlySet<string>,
  asked: (_: string): void => undefined,
  /** It stops something. */
  refused: (_: string): void => undefined,
};
