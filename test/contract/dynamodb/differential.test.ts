import { expect, it } from 'vitest';
import { openSqliteDynamoDb } from '../../../adapters/dynamodb-sqlite/sqlite-dynamodb.ts';
import { compareRandomly, type Excuse, outcomeOf, overHandler, overHttp } from '../../support/dynamodb-differential.ts';
import { dynoxideProgram, startDynoxide } from '../../support/dynoxide.ts';

const program = dynoxideProgram();

/** dynoxide takes more than DynamoDB does. How DynamoDB itself refuses is compared in test/aws, with AWS's own server. */
const excuse: Excuse = ({ operation, input }, ours, theirs) => {
  if (outcomeOf(ours) === 'ValidationException') return 'ours refuses the request';
  if (JSON.stringify(ours.body.CancellationReasons ?? []).includes('ValidationError')) return 'ours refuses an update';
  if (/\(g|\(pk/.test(String(input.KeyConditionExpression)) && outcomeOf(theirs) === 'ValidationException')
    return 'it takes no parentheses around the condition on the partition key';
  if (operation === 'UpdateItem' && input.ReturnValues === 'ALL_OLD' && ours.body.Attributes === undefined)
    return 'it answers the key of an item that was not there';
  return null;
};

it.skipIf(program === null)(
  'the database of one machine and dynoxide answer random histories alike, and then hold the same items',
  async ({ annotate }) => {
    const database = openSqliteDynamoDb({ path: ':memory:' });
    await using server = await startDynoxide(program as string);
    const compared = await compareRandomly(overHandler(database.requestHandler), overHttp(server.endpoint), {
      runs: 400,
      excuse,
      // It fills a list with nulls up to the index that is set; DynamoDB appends.
      skip: ({ input }) => /\[\d\] =/.test(JSON.stringify(input)),
    });
    database.close();
    await annotate(JSON.stringify(compared));
    const done = Object.entries(compared.outcomes).filter(([outcome]) => outcome.endsWith(' done'));
    // Neither refuses most of it: then nothing would have been compared.
    expect(done.reduce((sum, [, times]) => sum + times, 0)).toBeGreaterThan(compared.requests / 3);
  },
);
