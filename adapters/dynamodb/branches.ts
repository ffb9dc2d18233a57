import type { RepositoryId } from '../../core/contract/ids.ts';
import type { Leftover } from '../../core/contract/records.ts';
import type { TableNames } from '../../core/contract/tables.ts';
import { StoreBusyError } from '../../core/domain/errors.ts';
import { own } from '../../core/domain/own.ts';
import type { Branches, DropOutcome } from '../../core/ports/branches.ts';
import { Database, type DatabaseOptions, TRIES } from './database.ts';
import { updateOf } from './expression.ts';
import { readRepository, repositoryKey } from './repository-items.ts';
import { storedName, storedNames } from './stored-names.ts';

/** The branches of a repository, in its own item. */
export const createDynamoBranches = (options: DatabaseOptions & { readonly tables: TableNames }): Branches => {
  const { tables } = options;
  const database = new Database(options);
  return {
    async sight(id, branch, sighting) {
      // A member can be set only in a map that is there, and repositories of earlier versions have none.
      const without = await database.update(
        updateOf(repositoryKey(tables, id), (e) => ({
          assign: [`${e.path('sightings')} = if_not_exists(${e.path('sightings')}, ${e.value({})})`],
          when: [e.exists('branches', storedName(branch))],
        })),
      );
      if (without !== null) return 'absent';
      const refused = await database.update(
        updateOf(repositoryKey(tables, id), (e) => ({
          assign: [e.equals(['sightings', storedName(branch)], sighting)],
          when: [e.exists('branches', storedName(branch))],
        })),
      );
      return refused === null ? 'changed' : 'absent';
    },
    drop: (id, branch, at) => drop(database, tables, id, branch, at),
  };
};

const drop = async (
  database: Database,
  tables: TableNames,
  id: RepositoryId,
  branch: string,
  at: Date,
): Promise<DropOutcome> => {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const seen = await readRepository(database, tables, id);
    if (seen === null) return { kind: 'absent' };
    const pointer = own(seen.branches, branch);
    if (pointer === undefined) return { kind: 'not-indexed' };
    if (seen.lock !== undefined) return { kind: 'held', by: seen.lock.job_id };
    const { generation, manifest_key } = pointer;
    const leftovers: readonly Leftover[] = [...seen.leftovers, { kind: 'manifest', generation, key: manifest_key }];
    const refused = await database.update(
      updateOf(repositoryKey(tables, id), (e) => ({
        set: {
          fence: seen.fence + 1,
          leftovers,
          sightings: storedNames(
            Object.fromEntries(Object.entries(seen.sightings).filter(([name]) => name !== branch)),
          ),
          updated_at: at.toISOString(),
        },
        remove: [e.path('branches', storedName(branch))],
        when: [e.absent('lock'), e.equals(['fence'], seen.fence), e.equals(['created_at'], seen.created_at)],
      })),
    );
    if (refused === null) return { kind: 'dropped' };
    await database.pause(attempt);
  }
  throw new StoreBusyError(`${id} changed ${TRIES} times while a branch of it was dropped`);
};
