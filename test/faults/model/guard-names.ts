/** A write as the adapters ask for it. */
export interface Write {
  readonly TableName: string;
  readonly Key?: Readonly<Record<string, unknown>>;
  readonly Item?: Readonly<Record<string, unknown>>;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
}

/** Without aliases, values, and what is another in each repository. */
const plain = (expression: string, names: Readonly<Record<string, string>> = {}): string =>
  expression
    .replaceAll(/#\w+/g, (alias) => names[alias] ?? alias)
    .replaceAll(/:\w+/g, '?')
    .replaceAll(/\b(generations|branches|grants)\.[\w/-]+/g, '$1.*')
    .replaceAll(/\(\?(?:, \?)+\)/g, '(?)');

/** `BATCH#00000001` and the like are of one kind. */
const kindOf = ({ Key, Item }: Write): string => {
  const { sk, repository_id } = Key ?? Item ?? {};
  if (String(repository_id ?? '').startsWith('user#')) return 'MEMBER';
  return String(sk).startsWith('msg-') ? 'DELIVERY' : String(sk).replace(/#.*$/, '');
};

/** What a write is, by what it sets and what it asks: the first that fits. */
const roles: Readonly<Record<string, readonly (readonly [role: string, sets: string, asks?: RegExp])[]>> = {
  JOB: [
    ['resume', 'attempt'],
    ['begin', 'started_at'],
    ['fold a batch', 'files_from_batches'],
    ['take a generation', 'generation_taken'],
    ['diff', 'files_from_diff'],
    ['pull', 'pull'],
    ['tell progress', 'points_told'],
    ['publish', 'counts'],
    ['fail', 'error'],
    ['cancel', 'ended_at', /fence/],
    ['replace', 'ended_at'],
    ['heartbeat', 'phase'],
    ['begin again', 'updated_at'],
  ],
  REPOSITORY: [
    ['claim', 'lock', /created_at/],
    ['resume', 'lock'],
    ['publish', 'branches'],
    ['cancel', 'last_sync fence'],
    ['fail', 'last_sync'],
    ['drop a branch', 'leftovers'],
    ['take a generation', 'generation'],
    ['record faults', '', /attribute_exists\(generations/],
    ['diff', 'generations'],
    ['pull', 'sightings', /lock/],
    ['sight', 'sightings'],
    ['note a time', 'schedule_run', /created_at/],
    ['grant', 'grants'],
    ['switch off an address', 'disabled_webhooks'],
    // The end of a plan, of which nothing is kept; and the lock of a job that is not there.
    ['free the lock', '', /lock/],
    ['take a grant away', '', /owner/],
    ['change settings', 'updated_at'],
  ],
  BATCH: [
    ['start a batch', 'batch'],
    ['tell of a batch', 'files_done'],
    ['beat of a batch', 'updated_at'],
    ['renew a batch', 'fence'],
  ],
  'FOLLOW-UP': [
    ['replace a debt', 'due_shard', /<>/],
    ['owe', 'due_shard'],
    ['postpone', 'due_at', /version/],
    ['wake', 'due_at'],
    ['settle', 'expires_at'],
    ['take back', 'version'],
  ],
  DELIVERY: [
    ['redeliver', 'delivery due_shard'],
    ['record a try', 'delivery'],
    ['lease', 'due_at'],
  ],
  REMOVAL: [['clear', 'due_at']],
  TOKENS: [
    ['take tokens', 'expires_at'],
    ['give tokens back', 'tokens'],
  ],
  REPOSITORIES: [['count', 'repositories']],
  IDEMPOTENCY: [['keep an answer', 'answer']],
};

const others: Readonly<Record<string, string>> = {
  'Delete REPOSITORY': 'remove',
  'Put REPOSITORY': 'register',
  'ConditionCheck GENERATIONS': 'register',
  'Put JOB': 'claim',
  'Put RESULT': 'fold a batch',
  'ConditionCheck JOB': 'start a batch',
  'ConditionCheck RESULT': 'start a batch',
};

const roleOf = (operation: string, kind: string, write: Write): string => {
  const { UpdateExpression, ConditionExpression, ExpressionAttributeNames: names } = write;
  if (operation !== 'Update') return others[`${operation} ${kind}`] ?? operation;
  const sets = plain(UpdateExpression ?? '', names);
  const attributes = new Set([
    ...[...sets.matchAll(/([a-z_]+)(?:\.\S+)? = /g)].map(([, name]) => name),
    ...[...(/ADD (.*)/.exec(sets)?.[1] ?? '').matchAll(/([a-z_]+) \?/g)].map(([, name]) => name),
  ]);
  const asked = plain(ConditionExpression ?? '', names);
  const found = (roles[kind] ?? []).find(
    ([, wanted, asks = /./]) =>
      wanted.split(' ').every((name) => name === '' || attributes.has(name)) && asks.test(asked),
  );
  return found?.[0] ?? `${operation} (${[...attributes].sort().join(' ')})`;
};

/** The clause without its values, and what write it is of: writes that may set more or less are one. */
export const nameOf = (operation: string, write: Write, clause: string): string => {
  const kind = kindOf(write);
  return `${roleOf(operation, kind, write)}: ${kind} ${plain(clause, write.ExpressionAttributeNames)}`;
};
