import { askOtherTabs, tokenStore } from './token-store.ts';

export type Begun =
  | { readonly kind: 'signed-in' }
  /** `message`: why the link that was opened did not do. */
  | { readonly kind: 'signed-out'; readonly message: string | null };

/** Before the first page: takes the code out of the address and exchanges it, or asks the other tabs. */
export const begin = async (): Promise<Begun> => {
  const code = /^#sign-in=([\w-]+)$/.exec(location.hash)?.[1];
  if (code !== undefined) {
    // Whatever comes of it: the code stands in no history.
    history.replaceState(null, '', location.pathname + location.search);
    const failure = await exchange(code);
    if (failure === null) return { kind: 'signed-in' };
    await askOtherTabs();
    return tokenStore.get() === null ? { kind: 'signed-out', message: failure } : { kind: 'signed-in' };
  }
  await askOtherTabs();
  return tokenStore.get() === null ? { kind: 'signed-out', message: null } : { kind: 'signed-in' };
};

/** Null when it has worked. */
const exchange = async (code: string): Promise<string | null> => {
  try {
    const response = await fetch('/console/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    const body = (await response.json()) as { readonly token?: string; readonly detail?: string };
    if (body.token === undefined) return body.detail ?? `the service answered ${response.status}`;
    tokenStore.set(body.token);
    return null;
  } catch {
    return 'the service does not answer';
  }
};
