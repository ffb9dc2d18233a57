import { createDynamoClient } from '../adapters/dynamodb/client.ts';
import { replaceItems } from '../adapters/dynamodb/replace-items.ts';
import { commandLine } from '../adapters/system/command-line.ts';

/** `npm run replace-items -- <from> <to>`: docs/runbook.md, "Restore the tables". */
const [from = '', to = ''] = commandLine({
  usage: `npm run replace-items -- <from> <to>

Makes one DynamoDB table hold what another holds: puts what differs, deletes what the other has not.`,
  words: { least: 2, most: 2 },
}).positionals;
const client = createDynamoClient({ endpoint: process.env.DYNAMODB_ENDPOINT });
const { put, deleted } = await replaceItems(client, { from, to });
console.log(`${to}: ${put} items put, ${deleted} deleted`);
