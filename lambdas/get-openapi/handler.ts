import { buildOpenApi } from '../../core/contract/openapi/openapi.ts';

const body = JSON.stringify(buildOpenApi());

/** Open to all: the contract as an OpenAPI 3.1 document, made once. */
export const handler = async () => ({
  statusCode: 200,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'public, max-age=300',
    'x-content-type-options': 'nosniff',
    // Tools that run in a browser may read it; it holds nothing secret.
    'access-control-allow-origin': '*',
  },
  body,
});
