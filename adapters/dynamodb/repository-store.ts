import { RepositoryId, type UserId } from '../../core/contract/ids.ts';
import type { RepositoryRecord, Role } from '../../core/contract/records.ts';
import { RemovedGenerations } from '../../core/contract/removal-records.ts';
import type { TableNames } from '../../core/contract/tables.ts';
import { StoreBusyError } from '../../core/domain/errors.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { RepositoryChange, RepositoryStore } from '../../core/ports/repository-store.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { Database, type DatabaseOptions, TRIES } from './database.ts';
import { type Change, Expression, putNewOf, updateOf } from './expression.ts';
import { removalItem } from './removals.ts';
import {
  isMember,
  memberPartition,
  membershipKey,
  ownedKey,
  parseRepository,
  readRepository,
  removedKey,
  repositoryItem,
  repositoryKey,
} from './repository-items.ts';
import { SharedReads } from './shared-reads.ts';
import { parseStored } from './stored.ts';
import { storedName, storedNames } from './stored-names.ts';

/** A transaction takes 100 items: the repository, its owner's count, its last numbers, its removal, and this many memberships. */
const MEMBERSHIPS_AT_ONCE = 96;
const LIST_LIMIT = 100;
const CURSOR = 'repositories';

/** Repositories in the table `repositories`; core/contract/tables.ts says how a user's are found. */
export const createDynamoRepositoryStore = (
  options: DatabaseOptions & { readonly tables: TableNames; readonly logger?: Logger | undefined },
): RepositoryStore => {
  const { tables, logger } = options;
  const database = new Database(options);
  const reads = new SharedReads<RepositoryRecord | null>();
  const membershipItem = (user: string, id: RepositoryId) => ({ ...membershipKey(tables, user, id).Key });

  const membersOf = (repository: RepositoryRecord): readonly string[] => [
    ...new Set([repository.owner, ...Object.keys(repository.grants)]),
  ];

  return {
    async create(repository, atMost) {
      const { repository_id } = repository;
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const removed = await readRemoved(database, tables, repository_id);
        const refusals = await database.transact([
          { Put: putNewOf(tables.repositories, repositoryItem(after(removed, repository)), 'repository_id') },
          { ConditionCheck: stillRemoved(tables, repository_id, removed) },
          ...membersOf(repository).map((user) => ({
            Put: { TableName: tables.repositories, Item: membershipItem(user, repository_id) },
          })),
          { Update: counted(tables, repository.owner, 1, atMost) },
        ]);
        if (refusals === null) return 'created';
        if (refusals[0] != null) return 'taken';
        // Another one of the same id has come and gone meanwhile.
        if (refusals[1] == null) return 'too-many';
        await database.pause(attempt);
      }
      throw new StoreBusyError(`${repository_id} came and went ${TRIES} times while it was registered`);
    },

    get: (id) => reads.of(id, () => readRepository(database, tables, id)),

    async list(user, limit, cursor) {
      const e = new Expression();
      const conditions = [e.equals(['repository_id'], memberPartition(user))];
      if (cursor !== null) conditions.push(`${e.path('sk')} > ${e.value(positionOf(cursor, user))}`);
      const page = await database.queryPage(
        {
          TableName: tables.repositories,
          ConsistentRead: true,
          KeyConditionExpression: conditions.join(' AND '),
          ...e.attributes(),
        },
        Math.min(Math.max(1, limit), LIST_LIMIT),
      );
      const ids = page.items.map((item) => RepositoryId.parse(item.sk));
      const found = await Promise.all(ids.map((id) => readRepository(database, tables, id)));
      // A membership may be left of a repository that was deleted, or change between the two reads: the repository decides.
      const items = found.filter((repository) => repository !== null && isMember(repository, user));
      return {
        items: items as RepositoryRecord[],
        next: page.more ? encodeCursor(CURSOR, [user, ids.at(-1) as string]) : null,
      };
    },

    async delete(id) {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const repository = await readRepository(database, tables, id);
        if (repository === null) return 'absent';
        if (repository.lock !== undefined) return 'busy';
        const members = membersOf(repository).map((user) => membershipKey(tables, user, id));
        const e = new Expression();
        const refusals = await database.transact([
          {
            Delete: {
              ...repositoryKey(tables, id),
              // The grants as they were read: each one's membership goes with the repository. The numbers as they were read: they stay.
              ConditionExpression: [
                e.absent('lock'),
                e.equals(['grants'], storedNames(repository.grants)),
                e.equals(['generation'], repository.generation),
                e.equals(['fence'], repository.fence),
              ].join(' AND '),
              ...e.attributes(),
            },
          },
          { Update: counted(tables, repository.owner, -1) },
          { Put: { TableName: tables.repositories, Item: removedItem(tables, repository) } },
          { Put: { TableName: tables.syncJobs, Item: removalItem(tables, repository) } },
          ...members.slice(0, MEMBERSHIPS_AT_ONCE).map((key) => ({ Delete: key })),
        ]);
        if (refusals === null) {
          // What did not fit names a repository that is gone: harmless, so it need not be in the transaction.
          for (const key of members.slice(MEMBERSHIPS_AT_ONCE)) await database.delete(key);
          return 'deleted';
        }
        logger?.debug('repository changed while it was deleted', { repository_id: id, attempt });
        await database.pause(attempt);
      }
      throw new StoreBusyError(`the grants of ${id} changed ${TRIES} times while it was deleted`);
    },

    async update(id, change, at) {
      const outcome = await database.change(
        updateOf(repositoryKey(tables, id), (e) => ({
          ...settingsOf(e, change, at),
          when: [e.exists('repository_id')],
        })),
      );
      return 'written' in outcome ? parseRepository(outcome.written) : null;
    },

    async noteScheduleRun({ repository_id, created_at, fence }, run) {
      await database.update(
        updateOf(repositoryKey(tables, repository_id), (e) => ({
          set: { schedule_run: run },
          when: [
            e.equals(['created_at'], created_at),
            // A time that has come since, and was noted first, is the newer one.
            `(${e.absent('schedule_run')} OR ${e.path('schedule_run', 'at')} <= ${e.value(run.at)})`,
            ...(run.outcome === 'not_started' ? [e.equals(['fence'], fence)] : []),
          ],
        })),
      );
    },

    async grant(id, user, role) {
      const refused =
        role === null
          ? await removeGrant(database, tables, id, user)
          : await setGrant(database, tables, id, user, role);
      return refused ? 'absent' : 'changed';
    },
  };
};

const readRemoved = async (
  database: Database,
  tables: TableNames,
  id: RepositoryId,
): Promise<RemovedGenerations | null> => {
  const item = await database.get(removedKey(tables, id));
  return item === null ? null : parseStored(RemovedGenerations, item, `what is left of ${id}`);
};

/** The new repository, its generations and its fences numbered on from those of the one before it. */
const after = (removed: RemovedGenerations | null, repository: RepositoryRecord): RepositoryRecord =>
  removed === null
    ? repository
    : {
        ...repository,
        fence: Math.max(repository.fence, removed.fence),
        generation: Math.max(repository.generation, removed.last),
        leftovers: [
          ...repository.leftovers,
          ...removed.left.map((generation) => ({ kind: 'generation' as const, generation })),
        ],
      };

const stillRemoved = (tables: TableNames, id: RepositoryId, removed: RemovedGenerations | null) => {
  const e = new Expression();
  const when =
    removed === null
      ? [e.absent('last')]
      : [
          e.equals(['last'], removed.last),
          // What was removed by an earlier version has none.
          `(${e.absent('fence')} OR ${e.equals(['fence'], removed.fence)})`,
        ];
  return { ...removedKey(tables, id), ConditionExpression: when.join(' AND '), ...e.attributes() };
};

const removedItem = (tables: TableNames, repository: RepositoryRecord) => {
  const { repository_id, fence, generation, generations, leftovers } = repository;
  const numbers = [
    ...Object.keys(generations).map(Number),
    ...leftovers.flatMap((leftover) => (leftover.kind === 'generation' ? [leftover.generation] : [])),
  ];
  const removed: RemovedGenerations = { repository_id, fence, last: generation, left: [...new Set(numbers)] };
  return { ...removedKey(tables, repository_id).Key, ...removed };
};

/** One repository of an owner more, while there are fewer than so many, or one less. */
const counted = (tables: TableNames, owner: string, change: 1 | -1, atMost = Number.MAX_SAFE_INTEGER) =>
  updateOf(ownedKey(tables, owner), (e) => ({
    add: { repositories: change },
    // Who owns none yet has no number, which is less than nothing but 0.
    when:
      change < 0
        ? []
        : [
            atMost > 0
              ? `(${e.absent('repositories')} OR ${e.path('repositories')} < ${e.value(atMost)})`
              : `${e.path('repositories')} < ${e.value(atMost)}`,
          ],
  }));

/** Only what the change names: two changes of different settings at once both stand. */
const settingsOf = (e: Expression, change: RepositoryChange, at: Date): Omit<Change, 'when'> => {
  const { credential, secrets = {}, ...plain } = change;
  const members = [
    ...(credential == null ? [] : [[['source', 'credential'], credential] as const]),
    ...Object.entries(secrets).map(([name, secret]) => [['secrets', name], secret] as const),
  ];
  return {
    set: {
      ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)),
      ...(change.schedule === undefined ? {} : { schedule_set_at: at.toISOString() }),
      updated_at: at.toISOString(),
    },
    assign: members.filter(([, value]) => value !== undefined).map(([path, value]) => e.equals(path, value)),
    remove: credential === null ? [e.path('source', 'credential')] : [],
  };
};

const positionOf = (cursor: string, user: UserId): string => {
  const [of, after] = decodeCursor(CURSOR, 2, cursor);
  const id = RepositoryId.safeParse(after);
  if (of !== user || !id.success) throw new RangeError('not a cursor of this listing');
  return id.data;
};

const setGrant = async (
  database: Database,
  tables: TableNames,
  id: RepositoryId,
  user: UserId,
  role: Role,
): Promise<boolean> => {
  const refusals = await database.transact([
    {
      Update: updateOf(repositoryKey(tables, id), (e) => ({
        assign: [`${e.path('grants', storedName(user))} = ${e.value(role)}`],
        when: [e.exists('repository_id')],
      })),
    },
    { Put: { TableName: tables.repositories, Item: { ...membershipKey(tables, user, id).Key } } },
  ]);
  return refusals !== null;
};

/** The owner is found by their ownership: taking a grant away from them leaves the membership. */
const removeGrant = async (
  database: Database,
  tables: TableNames,
  id: RepositoryId,
  user: UserId,
): Promise<boolean> => {
  const key = repositoryKey(tables, id);
  const refusals = await database.transact([
    {
      Update: updateOf(key, (e) => ({
        remove: [e.path('grants', storedName(user))],
        when: [e.exists('repository_id'), `${e.path('owner')} <> ${e.value(user)}`],
      })),
    },
    { Delete: membershipKey(tables, user, id) },
  ]);
  const item = refusals?.[0]?.item ?? null;
  if (item === null) return refusals !== null;
  parseRepository(item);
  const refusal = await database.update(
    updateOf(key, (e) => ({ remove: [e.path('grants', storedName(user))], when: [e.equals(['owner'], user)] })),
  );
  return refusal !== null;
};
