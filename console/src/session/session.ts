import { exchangeLink, linkCode } from './link.ts';
import type { Provider } from './provider.ts';
import { type OidcConfig, readSignInConfig } from './sign-in-config.ts';
import { askOtherTabs, changedWithin, tokenStore } from './token-store.ts';

/** How users sign in here, and why the last try did not succeed. */
export interface Way {
  /** `unknown`: where the page came from does not answer. */
  readonly kind: 'link' | 'oidc' | 'unknown';
  readonly refusal: string | null;
}

let oidc: OidcConfig | null = null;

const provider = async (config: OidcConfig): Promise<Provider> => {
  const { openProvider } = await import('./provider.ts');
  return openProvider(config);
};

/** Before the first page: takes what signs in out of the address, or asks the other tabs. */
export const begin = async (): Promise<Way> => {
  // Whatever comes of them: what signs in stands in no history.
  const code = linkCode();
  const back = takeProvidersAnswer();
  let kind: Way['kind'] = 'unknown';
  let refusal: string | null = null;
  try {
    const config = await readSignInConfig();
    kind = config.sign_in;
    oidc = config.sign_in === 'oidc' ? config : null;
    if (oidc !== null && back !== null) refusal = await finish(oidc, back);
    if (oidc === null && code !== null) refusal = await exchangeLink(code);
  } catch {
    refusal = 'the service does not answer';
  }
  await askOtherTabs();
  return { kind, refusal };
};

/** The address as the provider made it, if it did. */
const takeProvidersAnswer = (): string | null => {
  const { href, pathname } = location;
  const answer = new URLSearchParams(location.search);
  if (pathname !== '/' || !answer.has('state') || !(answer.has('code') || answer.has('error'))) return null;
  history.replaceState(null, '', '/');
  return href;
};

/** Null when it has worked. */
const finish = async (config: OidcConfig, answer: string): Promise<string | null> => {
  try {
    const { token, renewal, page } = await (await provider(config)).finish(answer);
    history.replaceState(null, '', page);
    tokenStore.set(token, renewal);
    return null;
  } catch (error) {
    return (await import('./provider.ts')).refusalOf(error);
  }
};

/** Leaves for the provider. */
export const signIn = async (): Promise<void> => {
  if (oidc !== null) await (await provider(oidc)).signIn();
};

/** Here, in all tabs, and at the provider. */
export const signOut = async (): Promise<void> => {
  const renewal = tokenStore.renewal();
  tokenStore.clear();
  if (oidc === null) return;
  // Out of here in any case; a provider that is away keeps its own session.
  await (await provider(oidc)).signOut(renewal).catch(() => undefined);
};

/** How long a token that another tab has just got may be on its way. */
const ON_ITS_WAY_MILLISECONDS = 100;

/**
 * The token in the place of one that the service did not take; null when there is none, and its user is signed out. One tab at a time asks the provider: a
 * refresh token that is used twice is taken for stolen.
 */
export const renew = (refused: string): Promise<string | null> =>
  navigator.locks.request('repository-sync.renew', async () => {
    if (tokenStore.get() === refused && oidc !== null) await changedWithin(ON_ITS_WAY_MILLISECONDS);
    const now = tokenStore.get();
    if (now !== refused) return now;
    const renewal = tokenStore.renewal();
    const got = oidc === null || renewal === null ? null : await renewAt(oidc, renewal);
    if (got === null || got.token === refused) tokenStore.refuse();
    else tokenStore.replace(got.token, got.renewal);
    return tokenStore.get();
  });

const renewAt = async (config: OidcConfig, renewal: Parameters<Provider['renew']>[0]) => {
  try {
    return await (await provider(config)).renew(renewal);
  } catch {
    return null;
  }
};
