/**
 * The token of whoever is signed in. It is kept for this tab (sessionStorage) and given to tabs of the same origin that ask for it, so that a link opened in a
 * new tab is signed in too; when the last tab closes it is gone.
 */
const KEY = 'repository-sync.token';
const channel = new BroadcastChannel('repository-sync.session');

type Message = { readonly ask: true } | { readonly token: string } | { readonly signedOut: true };

let token: string | null = sessionStorage.getItem(KEY);
let refused = false;
const listeners = new Set<() => void>();

const keep = (value: string | null): void => {
  if (value === token) return;
  token = value;
  if (value === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, value);
  for (const listener of listeners) listener();
};

channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if ('ask' in data && token !== null) channel.postMessage({ token } satisfies Message);
  if ('token' in data && token === null) keep(data.token);
  if ('signedOut' in data) keep(null);
});

export const tokenStore = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: (): string | null => token,
  /** Whether the last one was not taken by the service. */
  wasRefused: (): boolean => refused,
  set: (value: string): void => {
    refused = false;
    keep(value);
  },
  /** The service does not take it: it has expired, or never was good. */
  refuse: (): void => {
    refused = true;
    keep(null);
  },
  clear: (): void => {
    refused = false;
    keep(null);
    channel.postMessage({ signedOut: true } satisfies Message);
  },
};

/** How long another tab may take to answer. */
const ASK_MILLISECONDS = 150;

/** Waits for another tab's token where this one has none. */
export const askOtherTabs = async (): Promise<void> => {
  if (token !== null) return;
  channel.postMessage({ ask: true } satisfies Message);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ASK_MILLISECONDS);
    const stop = tokenStore.subscribe(done);
    function done(): void {
      clearTimeout(timer);
      stop();
      resolve();
    }
  });
};
