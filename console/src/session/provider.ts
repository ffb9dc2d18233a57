import {
  ErrorResponse,
  OidcClient,
  type RefreshState,
  type SigninResponse,
  WebStorageStateStore,
} from 'oidc-client-ts';
import type { OidcConfig } from './sign-in-config.ts';
import type { Renewal } from './token-store.ts';

/** What came of a sign-in at the provider. */
export interface SignedIn {
  readonly token: string;
  readonly renewal: Renewal;
  /** The page that was wanted before. */
  readonly page: string;
}

/** An OpenID Connect provider as this page uses it: authorization code with PKCE. Loaded only where the console has one. */
export interface Provider {
  /** Leaves for the provider, which leads back to `/`. */
  signIn(): Promise<void>;
  /** Of the address that the provider led back to. */
  finish(url: string): Promise<SignedIn>;
  /** Null where the provider gives no other token for it. */
  renew(renewal: Renewal): Promise<Omit<SignedIn, 'page'> | null>;
  /** Leaves to sign out there too; where the provider has no page for that, it stays. */
  signOut(renewal: Renewal | null): Promise<void>;
}

export const openProvider = (config: OidcConfig): Provider => {
  const home = `${location.origin}/`;
  const client = new OidcClient({
    authority: config.issuer,
    client_id: config.client_id,
    scope: config.scope,
    redirect_uri: home,
    post_logout_redirect_uri: home,
    response_type: 'code',
    loadUserInfo: false,
    requestTimeoutInSeconds: 10,
    // What is waited for while this tab is at the provider: the verifier of PKCE.
    stateStore: new WebStorageStateStore({ prefix: 'repository-sync.oidc.', store: sessionStorage }),
  });
  const kept = (response: SigninResponse, before?: Renewal): Omit<SignedIn, 'page'> | null => {
    const token = response[config.token];
    if (token === undefined) return null;
    const refresh = response.refresh_token ?? before?.refresh_token;
    const id = response.id_token ?? before?.id_token;
    const { scope, profile } = response;
    return {
      token,
      renewal: {
        ...(refresh === undefined ? {} : { refresh_token: refresh }),
        ...(id === undefined ? {} : { id_token: id }),
        ...(scope === undefined ? {} : { scope }),
        profile: profile ?? before?.profile ?? {},
      },
    };
  };
  return {
    signIn: async () => {
      const page = location.pathname + location.search + location.hash;
      const { url } = await client.createSigninRequest({
        state: { page },
        // Only of this request: createSignoutRequest would send them too, were they the client's.
        extraQueryParams: { ...config.parameters },
      });
      location.assign(url);
    },
    finish: async (url) => {
      const response = await client.processSigninResponse(url);
      const got = kept(response);
      if (got === null) throw new Error(`the provider has sent no ${config.token}`);
      const { page = '/' } = response.userState as { readonly page?: string };
      return { ...got, page };
    },
    renew: async (renewal) => {
      const { refresh_token, id_token, scope, profile } = renewal;
      if (refresh_token === undefined) return null;
      const state = { refresh_token, id_token, scope, profile, session_state: null } as unknown as RefreshState;
      // biome-ignore lint/correctness/useHookAtTopLevel: so the library calls it; it is no hook
      const response = await client.useRefreshToken({ state });
      return kept(response, renewal);
    },
    signOut: async (renewal) => {
      const url =
        config.sign_out_url === null
          ? (await client.metadataService.getEndSessionEndpoint()) === undefined
            ? null
            : (
                await client.createSignoutRequest({
                  client_id: config.client_id,
                  ...(renewal?.id_token === undefined ? {} : { id_token_hint: renewal.id_token }),
                })
              ).url
          : `${config.sign_out_url}?${new URLSearchParams({ client_id: config.client_id, logout_uri: home })}`;
      if (url !== null) location.assign(url);
    },
  };
};

/** Why a sign-in did not succeed, in the provider's words where it has any. */
export const refusalOf = (error: unknown): string => {
  if (error instanceof ErrorResponse) return `the provider refuses it: ${error.error_description ?? error.error}`;
  if (!(error instanceof Error)) return String(error);
  // So the library says that it knows nothing of the answer's `state`.
  if (error.message.startsWith('No matching state'))
    return 'this sign-in was not begun in this tab, or has been used: begin again';
  return error.message;
};
