import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDynamoRepositoryStore } from '../../../adapters/dynamodb/repository-store.ts';
import { dynamoStores } from '../../support/dynamo-stores.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/dynamodb.ts';
import type { JobStores } from '../../support/job-stores.ts';
import { aJob, aPlan, aPointer, aPublication, aRepository, aRepositoryId } from '../../support/sync-records.ts';
import { at, recipe } from './job-set-up.ts';

let dynamodb: TestDynamoDb;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
});
afterAll(() => dynamodb.stop());

type Id = ReturnType<typeof aRepositoryId>;

/** A full reindex as its steps write it, up to the end that is asked for; its generation, or null where there is nothing to reindex. */
const reindex = async (stores: JobStores, id: Id, end: 'publish' | 'fail' | 'cancel'): Promise<number | null> => {
  const claim = await stores.claims.claim({ job: aJob(id), force: false, clearIndex: false });
  if (claim.kind !== 'claimed') return null;
  const { job } = claim;
  await stores.running.begin(job, at(1));
  const generation = await stores.running.takeGeneration(job);
  if (generation === 'lost') throw new Error('lost');
  const report = {
    mode: 'full',
    modeReason: 'requested',
    generation,
    filesTotal: 1,
    filesDone: 0,
    plan: aPlan(),
    at: at(2),
  } as const;
  await stores.running.recordDiff(job, { ...report, generationRecord: recipe });
  if (end === 'fail') await stores.ends.fail(job, { code: 'Fault', message: 'fault' }, [], at(3));
  else if (end === 'cancel') await stores.ends.cancel(job.job_id, at(3));
  else {
    const branches = { main: aPointer({ generation }) };
    await stores.ends.publish(job, aPublication({ branches, generation: { number: generation } }));
  }
  return generation;
};

const act = fc.constantFrom('register', 'delete', 'publish', 'fail', 'cancel', 'register twice', 'delete twice');

it('no number of a generation is given twice under one id, whatever comes and goes', async () => {
  const stores = await dynamoStores(dynamodb);
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 14 }), async (acts) => {
      const id = aRepositoryId();
      const given: number[] = [];
      for (const each of ['register', ...acts] as const) {
        const create = () => stores.repositories.create(aRepository({ repository_id: id }));
        if (each === 'register') await create();
        else if (each === 'register twice') await Promise.all([create(), create()]);
        else if (each === 'delete') await stores.repositories.delete(id);
        else if (each === 'delete twice')
          await Promise.all([stores.repositories.delete(id), stores.repositories.delete(id)]);
        else {
          const generation = await reindex(stores, id, each);
          if (generation !== null) given.push(generation);
        }
      }
      expect(new Set(given).size).toBe(given.length);
    }),
    { numRuns: 25 },
  );
});

it('no fence is given twice under one id, when another repository has come and gone while this one was registered', async () => {
  const stores = await dynamoStores(dynamodb);
  const id = aRepositoryId();
  const register = (repositories = stores.repositories) => repositories.create(aRepository({ repository_id: id }));
  const given: number[] = [];
  const cancelled = async (): Promise<void> => {
    const claim = await stores.claims.claim({ job: aJob(id), force: false, clearIndex: false });
    if (claim.kind !== 'claimed') throw new Error(claim.kind);
    given.push(claim.job.fence);
    await stores.ends.cancel(claim.job.job_id, at(1));
  };
  await register();
  expect(await stores.repositories.delete(id)).toBe('deleted');
  let meanwhile: (() => Promise<void>) | null = async () => {
    await register();
    await cancelled();
    expect(await stores.repositories.delete(id)).toBe('deleted');
  };
  const middlewareStack = dynamodb.client.middlewareStack.clone();
  middlewareStack.add(
    (next, context) => async (input) => {
      const act = context.commandName === 'TransactWriteItemsCommand' ? meanwhile : null;
      if (act !== null) meanwhile = null;
      await act?.();
      return next(input);
    },
    { step: 'initialize' },
  );
  const client: typeof dynamodb.client = Object.create(dynamodb.client, {
    middlewareStack: { value: middlewareStack },
  });
  expect(await register(createDynamoRepositoryStore({ client, tables: stores.tables }))).toBe('created');
  await cancelled();
  expect(meanwhile).toBeNull();
  expect(new Set(given).size).toBe(2);
});

it('what a removal may have left in the index is left for the first sync under the same id', async () => {
  const stores = await dynamoStores(dynamodb);
  const id = aRepositoryId();
  await stores.repositories.create(aRepository({ repository_id: id }));
  await reindex(stores, id, 'publish');
  await reindex(stores, id, 'fail');
  expect(await stores.repositories.delete(id)).toBe('deleted');
  await stores.repositories.create(aRepository({ repository_id: id }));
  expect(await stores.repositories.get(id)).toMatchObject({
    generation: 2,
    generations: {},
    leftovers: [
      { kind: 'generation', generation: 1 },
      { kind: 'generation', generation: 2 },
    ],
  });
});
