/** What a provider gave beside the token: how to get the next one, and what signing out wants. */
export interface Renewal {
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly scope?: string;
  readonly profile: object;
}

/**
 * The token of whoever is signed in. It is kept for this tab (sessionStorage) and given to tabs of the same origin that ask for it, so that a link opened in a
 * new tab is signed in too; when the last tab closes it is gone.
 */
export interface Session {
  readonly token: string;
  /** Null for a token of a link, or one that was typed. */
  readonly renewal: Renewal | null;
}

const TOKEN = 'repository-sync.token';
const RENEWAL = 'repository-sync.renewal';
const channel = new BroadcastChannel('repository-sync.session');

/** `instead`: a tab that holds this token is to take the new one. */
type Message =
  | { readonly ask: true }
  | { readonly session: Session; readonly instead?: string }
  | { readonly signedOut: true };

const kept = (): Session | null => {
  const token = sessionStorage.getItem(TOKEN);
  return token === null ? null : { token, renewal: JSON.parse(sessionStorage.getItem(RENEWAL) ?? 'null') };
};

let session: Session | null = kept();
let refused = false;
const listeners = new Set<() => void>();

const keep = (value: Session | null): void => {
  if (value?.token === session?.token) return;
  session = value;
  sessionStorage.removeItem(RENEWAL);
  if (value === null) sessionStorage.removeItem(TOKEN);
  else {
    sessionStorage.setItem(TOKEN, value.token);
    if (value.renewal !== null) sessionStorage.setItem(RENEWAL, JSON.stringify(value.renewal));
  }
  for (const listener of listeners) listener();
};

channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if ('ask' in data && session !== null) channel.postMessage({ session } satisfies Message);
  if ('session' in data && (session === null || session.token === data.instead)) keep(data.session);
  if ('signedOut' in data) keep(null);
});

export const tokenStore = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: (): string | null => session?.token ?? null,
  renewal: (): Renewal | null => session?.renewal ?? null,
  /** Whether the last one was not taken by the service. */
  wasRefused: (): boolean => refused,
  set: (token: string, renewal: Renewal | null = null): void => {
    refused = false;
    keep({ token, renewal });
  },
  /** In the place of the one that is held, in this tab and in those that hold it too. */
  replace: (token: string, renewal: Renewal): void => {
    const instead = session?.token;
    keep({ token, renewal });
    if (instead !== undefined) channel.postMessage({ session: { token, renewal }, instead } satisfies Message);
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
  if (session !== null) return;
  channel.postMessage({ ask: true } satisfies Message);
  await changedWithin(ASK_MILLISECONDS);
};

/** Until what is held changes, or for this long. */
export const changedWithin = (milliseconds: number): Promise<void> =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(done, milliseconds);
    const stop = tokenStore.subscribe(done);
    function done(): void {
      clearTimeout(timer);
      stop();
      resolve();
    }
  });
