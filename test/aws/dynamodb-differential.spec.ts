import { expect, inject, it } from 'vitest';
import { openSqliteDynamoDb } from '../../adapters/dynamodb-sqlite/sqlite-dynamodb.ts';
import { compareRandomly, type Excuse, outcomeOf, overHandler, overHttp } from '../support/dynamodb-differential.ts';

/** What DynamoDB refuses before it looks at items, and DynamoDB Local after it: then a condition that fails comes first, or a reason. */
const beforeItems = /part of the key|Type mismatch for|key element does not match/;

const excuse: Excuse = ({ operation, input }, ours, theirs) => {
  const said = JSON.stringify(ours.body);
  if (/multiple operations on one item/.test(said)) return 'it does not look whether a transaction names an item twice';
  if (/Key attributes must be scalars/.test(said)) return 'it sees some paths into a key only later, or never';
  if (theirs.status === 400 && beforeItems.test(said)) return 'both refuse, this one before it looks at items';
  // "An item that lacks the other attribute of the index": AWS checks the type all the same.
  if (/Type mismatch for Index Key/.test(said))
    return 'it does not check the type of an index’s key that the index has no use for';
  const isUpdateRefused = JSON.stringify(ours.body.CancellationReasons ?? []).includes('ValidationError');
  if (isUpdateRefused && outcomeOf(theirs) === 'ValidationException')
    return 'both refuse an update in a transaction, this one with reasons, as AWS documents it';
  if (operation === 'Query' && ours.body.ScannedCount === input.Limit && theirs.body.LastEvaluatedKey === undefined)
    return 'it sees that a full page has reached the end of the range';
  return null;
};

it('the database of one machine and DynamoDB Local answer random histories alike, and then hold the same items', async ({
  annotate,
}) => {
  const servers = inject('awsServers');
  const database = openSqliteDynamoDb({ path: ':memory:' });
  const theirs = overHttp('dynamoDb' in servers ? servers.dynamoDb : '');
  const compared = await compareRandomly(overHandler(database.requestHandler), theirs, {
    runs: 400,
    excuse,
  });
  database.close();
  await annotate(JSON.stringify(compared));
  const done = Object.entries(compared.outcomes).filter(([outcome]) => outcome.endsWith(' done'));
  expect(done.reduce((sum, [, times]) => sum + times, 0)).toBeGreaterThan(compared.requests / 3);
});
