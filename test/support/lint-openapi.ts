import { createConfig, lintFromString } from '@redocly/openapi-core';
import { buildOpenApi } from '../../core/contract/openapi/openapi.ts';

/** Of `npm run check`: the API's document against the OpenAPI 3.1 rules; prints what breaks them. Loads nothing. */

const config = await createConfig({
  extends: ['recommended-strict'],
  rules: {
    'operation-description': 'error',
    'parameter-description': 'error',
    'no-invalid-schema-examples': 'error',
    'no-unused-components': 'error',
    'operation-operationId': 'error',
    'path-parameters-defined': 'error',
    'no-duplicated-tag-names': 'error',
  },
});
const problems = await lintFromString({
  source: JSON.stringify(buildOpenApi()),
  absoluteRef: 'openapi.json',
  config,
});
for (const { severity, ruleId, message, location } of problems)
  process.stderr.write(`${severity} ${ruleId}: ${message} (${location.map((at) => at.pointer).join(', ')})\n`);
if (problems.length > 0) process.exitCode = 1;
