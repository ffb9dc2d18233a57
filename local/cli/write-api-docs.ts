import { readFile, writeFile } from 'node:fs/promises';
import { buildOpenApi } from '../../core/contract/openapi/openapi.ts';
import { apiMarkdown } from './api-markdown.ts';

/** `npm run docs:api`: writes docs/api.md from the contract. `--check`: says whether it is as it should be. */

const place = new URL('../../docs/api.md', import.meta.url);
const text = apiMarkdown(buildOpenApi());
if (process.argv.includes('--check')) {
  const found = await readFile(place, 'utf8').catch(() => '');
  if (found !== text) {
    console.error('docs/api.md does not match the contract: run `npm run docs:api`');
    process.exitCode = 1;
  }
} else {
  await writeFile(place, text);
}
