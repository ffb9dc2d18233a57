import { createDynamoFollowUps } from '../../../adapters/dynamodb/follow-ups.ts';
import { createDynamoOutbox } from '../../../adapters/dynamodb/outbox.ts';
import { createDynamoTokenQuota } from '../../../adapters/dynamodb/token-quota.ts';
import { batchesContract } from '../../contract/dynamodb/batches.suite.ts';
import { followUpsContract } from '../../contract/dynamodb/follow-ups.suite.ts';
import { jobEndsContract } from '../../contract/dynamodb/job-ends.suite.ts';
import { jobEndsEventsContract } from '../../contract/dynamodb/job-ends-events.suite.ts';
import { jobsContract } from '../../contract/dynamodb/jobs.suite.ts';
import { outboxLeaseContract } from '../../contract/dynamodb/outbox-lease.suite.ts';
import { outboxListContract } from '../../contract/dynamodb/outbox-list.suite.ts';
import { repositoryStoreContract } from '../../contract/dynamodb/repository-store.suite.ts';
import { runningJobsContract } from '../../contract/dynamodb/running-jobs.suite.ts';
import { runningJobsEventsContract } from '../../contract/dynamodb/running-jobs-events.suite.ts';
import { syncClaimsContract } from '../../contract/dynamodb/sync-claims.suite.ts';
import { syncClaimsKeysContract } from '../../contract/dynamodb/sync-claims-keys.suite.ts';
import { syncClaimsOwnershipContract } from '../../contract/dynamodb/sync-claims-ownership.suite.ts';
import { tokenQuotaContract } from '../../contract/dynamodb/token-quota.suite.ts';
import { createJobStores } from '../../support/job-stores.ts';
import { MemoryDynamoDb, memoryDynamoClient, tableNames } from './memory-dynamodb.ts';

/** The stores of the histories keep to what the stores on DynamoDB keep to. */
const make = async () => {
  const database = new MemoryDynamoDb();
  const client = memoryDynamoClient(async (command, input) => database.send(command, input));
  const options = { client, tables: tableNames, sleep: async () => undefined };
  return {
    ...createJobStores(options),
    outbox: createDynamoOutbox(options),
    followUps: createDynamoFollowUps(options),
    tokenQuota: createDynamoTokenQuota(options),
    snapshot: async () => structuredClone(Object.values(tableNames).map((table) => new Set(database.items(table)))),
  };
};

const name = 'DynamoDB in memory';
batchesContract(name, make);
followUpsContract(name, make);
jobEndsContract(name, make);
jobEndsEventsContract(name, make);
jobsContract(name, make);
outboxLeaseContract(name, make);
outboxListContract(name, make);
repositoryStoreContract(name, make);
runningJobsContract(name, make);
runningJobsEventsContract(name, make);
syncClaimsContract(name, make);
syncClaimsKeysContract(name, make);
syncClaimsOwnershipContract(name, make);
tokenQuotaContract(name, async () => (await make()).tokenQuota);
