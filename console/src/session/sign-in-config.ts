/** How this page's users sign in, as where it is served says (core/contract/console-page.ts). */
export type SignInConfig = { readonly sign_in: 'link' } | OidcConfig;

export interface OidcConfig {
  readonly sign_in: 'oidc';
  readonly issuer: string;
  readonly client_id: string;
  readonly scope: string;
  /** Which of the provider's tokens the service takes. */
  readonly token: 'id_token' | 'access_token';
  readonly parameters: Readonly<Record<string, string>>;
  readonly sign_out_url: string | null;
}

/** Asked once, before anything is shown. */
export const readSignInConfig = async (): Promise<SignInConfig> => {
  const response = await fetch('/config.json');
  if (!response.ok) throw new Error(`/config.json: the service answered ${response.status}`);
  return (await response.json()) as SignInConfig;
};
