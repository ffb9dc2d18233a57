import type { Route } from './routes.ts';

/** Where agents speak the Model Context Protocol. */
export const MCP_PATH = '/api/mcp';

/** The address of what says where to sign in for it (RFC 9728). A client learns this address from the 401. */
export const MCP_METADATA_PATH = '/api/.well-known/oauth-protected-resource';

/**
 * Beside the API, whose document says nothing of it: the protocol has its own. No authorizer is before it: its function checks the token
 * itself, since only it can say in the 401 where to sign in.
 */
export const mcpRoutes: readonly Route[] = [
  ...(['POST', 'GET', 'DELETE'] as const).map(
    (method): Route => ({
      operation: 'mcp',
      method,
      path: MCP_PATH,
      auth: 'none',
      summary: 'The Model Context Protocol',
    }),
  ),
  {
    operation: 'mcp',
    method: 'GET',
    path: MCP_METADATA_PATH,
    auth: 'none',
    summary: 'Where to sign in for the Model Context Protocol',
  },
];
