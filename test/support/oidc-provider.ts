import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Jwks } from 'aws-jwt-verify/jwk';
import { exportJWK, generateKeyPair } from 'jose';
import { type JWK, Provider } from 'oidc-provider';

export interface OidcProvider {
  readonly issuer: string;
  /** The public keys of its tokens. */
  readonly jwks: Jwks;
  /** What was asked of its token endpoint, in order. */
  readonly grants: string[];
  /** How long the next id tokens are valid. */
  seconds: number;
  /** Knows the console at this address from now on, as its one client. */
  serve(client: { readonly id: string; readonly home: string }): void;
  close(): Promise<void>;
}

/** A real OpenID Connect provider on this machine: whoever types a name is that user. */
export const startOidcProvider = async (): Promise<OidcProvider> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const named = { kid: 'provider', alg: 'ES256', use: 'sig' } as const;
  const grants: string[] = [];
  const known = { issuer, jwks: { keys: [{ ...(await exportJWK(publicKey)), ...named, kty: 'EC' }] }, grants };
  const privateJwk = { ...(await exportJWK(privateKey)), ...named } as JWK;
  const started: OidcProvider = {
    ...known,
    seconds: 3_600,
    serve({ id, home }) {
      const provider = new Provider(issuer, {
        jwks: { keys: [privateJwk] },
        clients: [
          {
            client_id: id,
            token_endpoint_auth_method: 'none',
            grant_types: ['authorization_code', 'refresh_token'],
            redirect_uris: [home],
            post_logout_redirect_uris: [home],
            id_token_signed_response_alg: 'ES256',
            // Its name for what runs on this machine, where TLS is not to be had.
            application_type: 'native',
          },
        ],
        cookies: { keys: ['of this test'] },
        clientBasedCORS: (_, origin) => `${origin}/` === home,
        findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
        issueRefreshToken: () => true,
        ttl: { IdToken: () => started.seconds, AccessToken: 3_600, RefreshToken: 3_600, Session: 3_600, Grant: 3_600 },
      });
      // Its own pages want an icon that it has not, and a font of the network: a browser complains of either, sooner or later.
      provider.use(async (context, next) => {
        await next();
        if (context.path === '/favicon.ico') context.status = 204;
        else if (typeof context.body === 'string')
          context.body = context.body.replaceAll(/@import url\(https:[^)]*\);?/g, '');
      });
      provider.on('grant.success', ({ oidc }) => grants.push(String(oidc.params?.grant_type)));
      server.on('request', provider.callback());
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return started;
};
