import { tokenStore } from './token-store.ts';

/** The code of the link that was opened, taken out of the address. */
export const linkCode = (): string | null => {
  const code = /^#sign-in=([\w-]+)$/.exec(location.hash)?.[1] ?? null;
  if (code !== null) history.replaceState(null, '', location.pathname + location.search);
  return code;
};

/** Null when it has worked; else why not. */
export const exchangeLink = async (code: string): Promise<string | null> => {
  const response = await fetch('/console/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  const body = (await response.json()) as { readonly token?: string; readonly detail?: string };
  if (body.token === undefined) return body.detail ?? `the service answered ${response.status}`;
  tokenStore.set(body.token);
  return null;
};
