import { createDynamoClient } from '../adapters/dynamodb/client.ts';
import { replaceItems } from '../adapters/dynamodb/replace-items.ts';

/** `npm run replace-items -- <from> <to>`: docs/runbook.md, "Restore the tables". */
const [from, to, ...others] = process.argv.slice(2);
if (from === undefined || to === undefined || others.length > 0)
  throw new RangeError('give two tables: the one to read, and the one that is to hold the same');
const client = createDynamoClient({ endpoint: process.env.DYNAMODB_ENDPOINT });
const { put, deleted } = await replaceItems(client, { from, to });
console.log(`${to}: ${put} items put, ${deleted} deleted`);
