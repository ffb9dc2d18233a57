import { randomBytes, timingSafeEqual } from 'node:crypto';

/** Signs the operator in at the console: anyone who has the link, which works once. */
export interface ConsoleSignIn {
  /** The code of the link that has not been used yet. */
  readonly code: string;
  /** A token for the code; null for one that was used before, or was never given out. */
  exchange(code: string): Promise<string | null>;
}

/** `changed` gets each new code: one is there at any time. */
export const createConsoleSignIn = (
  issue: () => Promise<string>,
  changed: (code: string) => Promise<void> | void,
): ConsoleSignIn => {
  let current = randomBytes(24);
  return {
    get code() {
      return current.toString('base64url');
    },
    exchange: async (code) => {
      const sent = Buffer.from(code, 'base64url');
      if (sent.length !== current.length || !timingSafeEqual(sent, current)) return null;
      // Before anything is waited for: of two requests with one code the second is refused.
      current = randomBytes(24);
      await changed(current.toString('base64url'));
      return issue();
    },
  };
};

/** The code is in the fragment, which a browser sends nowhere. */
export const consoleLink = (url: string, code: string): string => `${url}/#sign-in=${code}`;
