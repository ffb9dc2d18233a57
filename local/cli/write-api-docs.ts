import { readFile, writeFile } from 'node:fs/promises';
import { commandLine } from '../../adapters/system/command-line.ts';
import { buildOpenApi } from '../../core/contract/openapi/openapi.ts';
import { apiMarkdown } from './api-markdown.ts';
import { clientOperations, clientTypes } from './client-types.ts';

/** `npm run docs:api`: writes docs/api.md and the client's types from the contract. `--check`: says whether they are as they should be. */

const { values } = commandLine({
  usage: `npm run docs:api [-- --check]

Writes docs/api.md and the client's types from the contract.

  --check  writes nothing, and says whether they are as they should be`,
  options: { check: { type: 'boolean' } },
});

const document = buildOpenApi();
const made = {
  'docs/api.md': apiMarkdown(document),
  'client/src/api-types.ts': clientTypes(document),
  'client/src/operations.ts': clientOperations(document),
};
for (const [path, text] of Object.entries(made)) {
  const place = new URL(`../../${path}`, import.meta.url);
  if (values.check !== true) {
    await writeFile(place, text);
    continue;
  }
  const found = await readFile(place, 'utf8').catch(() => '');
  if (found === text) continue;
  console.error(`${path} does not match the contract: run \`npm run docs:api\``);
  process.exitCode = 1;
}
