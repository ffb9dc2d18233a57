import type { Caught } from './mutate.ts';

/** What guards are for is told by the write: its name, then the kind of item, then the clause. Without one of these alone, an invariant breaks. */
const alone: readonly string[] = [
  'begin again: JOB fence = ?',
  'begin again: JOB status IN (?)',
  'begin: JOB fence = ?',
  'begin: JOB status = ?',
  'change settings: REPOSITORY attribute_exists(repository_id)',
  'claim: REPOSITORY created_at = ?',
  'claim: REPOSITORY fence = ?',
  'claim: REPOSITORY attribute_not_exists(schedule_run)',
  'claim: REPOSITORY schedule_run.at = ?',
  'count: REPOSITORIES (attribute_not_exists(repositories) OR repositories < ?)',
  'drop a branch: REPOSITORY fence = ?',
  'fold a batch: JOB fence = ?',
  'fold a batch: JOB status IN (?)',
  'fold a batch: RESULT attribute_not_exists(job_id)',
  'give tokens back: TOKENS attribute_exists(tokens)',
  'grant: REPOSITORY attribute_exists(repository_id)',
  'heartbeat: JOB fence = ?',
  'heartbeat: JOB status IN (?)',
  'keep an answer: IDEMPOTENCY attribute_exists(job_id)',
  'note a time: REPOSITORY created_at = ?',
  'owe: FOLLOW-UP (attribute_not_exists(due_shard) OR attribute_not_exists(registered) OR registered = ?)',
  'postpone: FOLLOW-UP attribute_exists(due_shard)',
  // A plan's pull writes its job alone.
  'pull: JOB status IN (?)',
  'record a try: DELIVERY delivery.next_attempt_at = ?',
  'record faults: REPOSITORY lock.fence = ?',
  'redeliver: DELIVERY attribute_exists(job_id)',
  'register: GENERATIONS attribute_not_exists(last)',
  'register: REPOSITORY attribute_not_exists(repository_id)',
  'remove: REPOSITORY grants = ?',
  'renew a batch: BATCH fence < ?',
  'replace a debt: FOLLOW-UP registered <> ?',
  'settle: FOLLOW-UP version = ?',
  'sight: REPOSITORY attribute_exists(branches.*)',
  'start a batch: JOB fence = ?',
  'start a batch: JOB status IN (?)',
  'start a batch: RESULT attribute_not_exists(job_id)',
  'switch off an address: REPOSITORY disabled_webhooks = ?',
  'take a generation: JOB attribute_not_exists(generation_taken)',
  'take a grant away: REPOSITORY attribute_exists(repository_id)',
  'take a grant away: REPOSITORY owner <> ?',
  'take a grant away: REPOSITORY owner = ?',
  'take tokens: TOKENS (attribute_not_exists(tokens) OR tokens <= ?)',
  'tell progress: JOB (attribute_not_exists(points_told) OR points_told < ?)',
  'tell progress: JOB fence = ?',
  'tell progress: JOB status IN (?)',
];

/** Without one of these nothing breaks, because other clauses refuse the same writes; without those too, an invariant breaks. */
const covered: readonly { readonly because: string; readonly guards: readonly string[] }[] = [
  {
    because:
      "A job's item and its repository's lock are written in one transaction: what one of them refuses, the other refuses.",
    guards: [
      'cancel: JOB status IN (?)',
      'cancel: REPOSITORY lock.fence = ?',
      'cancel: REPOSITORY lock.job_id = ?',
      'claim: REPOSITORY lock.fence = ?',
      'claim: REPOSITORY lock.job_id = ?',
      'diff: JOB fence = ?',
      'diff: JOB status IN (?)',
      'diff: REPOSITORY lock.fence = ?',
      'diff: REPOSITORY lock.job_id = ?',
      'fail: JOB fence = ?',
      'fail: JOB status IN (?)',
      'fail: REPOSITORY lock.fence = ?',
      'fail: REPOSITORY lock.job_id = ?',
      'free the lock: REPOSITORY lock.fence = ?',
      'free the lock: REPOSITORY lock.job_id = ?',
      'publish: JOB fence = ?',
      'publish: JOB status IN (?)',
      'publish: REPOSITORY lock.fence = ?',
      'publish: REPOSITORY lock.job_id = ?',
      'pull: JOB fence = ?',
      'pull: REPOSITORY lock.fence = ?',
      'pull: REPOSITORY lock.job_id = ?',
      'replace: JOB status IN (?)',
      'take a generation: JOB fence = ?',
      'take a generation: JOB status IN (?)',
      'take a generation: REPOSITORY generation = ?',
      'take a generation: REPOSITORY lock.fence = ?',
      'take a generation: REPOSITORY lock.job_id = ?',
    ],
  },
  {
    because:
      'Each claim, cancellation, dropped branch and new registration raises the fence, which is asked for in the same write or transaction.',
    guards: [
      'claim: JOB attribute_not_exists(job_id)',
      'claim: REPOSITORY attribute_not_exists(lock)',
      'drop a branch: REPOSITORY attribute_not_exists(lock)',
      'drop a branch: REPOSITORY created_at = ?',
      'record faults: REPOSITORY attribute_exists(generations.*)',
      'record faults: REPOSITORY lock.job_id = ?',
      'register: GENERATIONS (attribute_not_exists(fence) OR fence = ?)',
      'register: GENERATIONS last = ?',
      'remove: REPOSITORY attribute_not_exists(lock)',
      'remove: REPOSITORY fence = ?',
      'remove: REPOSITORY generation = ?',
      'settle: FOLLOW-UP attribute_exists(due_shard)',
    ],
  },
  {
    because: 'What is due has both a shard and a time, or neither.',
    guards: [
      'lease: DELIVERY attribute_exists(due_shard)',
      'lease: DELIVERY due_at <= ?',
      'postpone: FOLLOW-UP version = ?',
      'wake: FOLLOW-UP attribute_exists(due_shard)',
      'wake: FOLLOW-UP due_at > ?',
    ],
  },
  {
    because:
      'A claim raises the fence and notes a time that is as new as itself, so a time before it is refused by either.',
    guards: [
      'note a time: REPOSITORY (attribute_not_exists(schedule_run) OR schedule_run.at <= ?)',
      'note a time: REPOSITORY fence = ?',
    ],
  },
  {
    because: 'Both change with each try, and a redelivery changes one of them.',
    guards: ['record a try: DELIVERY delivery.tries = ?'],
  },
  {
    because:
      'What a batch tells is refused where the item is gone, by either; and a batch that has a higher fence is of a job that has one.',
    guards: [
      'start a batch: BATCH (attribute_not_exists(fence) OR fence <= ?)',
      'tell of a batch: BATCH fence = ?',
      'tell of a batch: BATCH files_done <= ?',
    ],
  },
];

/** Without these nothing breaks. */
const harmless: Readonly<Record<string, string>> = {
  'cancel: JOB fence = ?':
    'a job that was resumed since it was read is cancelled all the same: a cancellation that is refused looks again, and ends the new attempt',
  'resume: JOB fence = ?': 'two that resume a job at once give it the same fence, and its steps may come twice',
  'resume: JOB status IN (?)':
    'a job that has ended has no lock: there is no member left to write its fence into, and the database refuses such a path by itself',
  'resume: REPOSITORY lock.fence = ?': 'as of the job’s own fence',
  'resume: REPOSITORY lock.job_id = ?':
    'the lock is another job’s only once this one has ended, and the same write asks for that',
  'clear: REMOVAL attribute_exists(removal)':
    'of a removal that is settled there is no member left to write into: the database refuses such a path by itself',
  'replace a debt: FOLLOW-UP attribute_exists(due_shard)':
    'where nothing is owed any more, the next try makes the debt that this write would make',
  'take back: FOLLOW-UP attribute_exists(due_shard)':
    'where nothing waits any more there is nothing of users to remove, and a version that rises tells nobody anything',
  'take back: FOLLOW-UP version = ?':
    'a request that joins what waits meanwhile is taken back with it: a write that is refused looks again, and does the same',
};

/** Every guard that is known, and how it is missed. */
export const guards: ReadonlyMap<string, 'alone' | 'covered' | 'harmless'> = new Map([
  ...alone.map((guard) => [guard, 'alone'] as const),
  ...covered.flatMap((group) => group.guards.map((guard) => [guard, 'covered'] as const)),
  ...Object.keys(harmless).map((guard) => [guard, 'harmless'] as const),
]);

const howOf = (caught: Caught | null): 'alone' | 'covered' | 'harmless' => {
  if (caught === null) return 'harmless';
  return caught.together.length === 0 ? 'alone' : 'covered';
};

/** Where a run found it otherwise than the list says. */
export const disagreement = (found: ReadonlyMap<string, Caught | null>): readonly string[] => [
  ...[...found].flatMap(([guard, caught]) => {
    const listed = guards.get(guard) ?? 'not listed';
    return listed === howOf(caught) ? [] : [`${guard} is ${listed}, and was found ${howOf(caught)}`];
  }),
  ...[...guards.keys()].filter((guard) => !found.has(guard)).map((guard) => `${guard} was not met`),
];
