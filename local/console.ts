import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { consoleLink, createConsoleSignIn } from './console-sign-in.ts';
import type { Console } from './gateway/console.ts';
import { openConsoleFiles } from './gateway/console-files.ts';
import { writePrivately } from './token-issuer.ts';

/** Where `npm ci` builds it (console/build.js). */
const built = fileURLToPath(new URL('../console/dist', import.meta.url));

export interface OpenConsole {
  /** For the gateway; undefined where the console is not built. */
  readonly served: Console | undefined;
  /** Once it is known where the gateway listens: the link to the console, also written to `console-link` in the data directory. */
  listens(url: string): Promise<string | null>;
}

/** The console of one machine. Each link that is used is followed by another one in the file. */
export const openConsole = async (
  dataDir: string,
  issue: () => Promise<string>,
  folder: string = built,
): Promise<OpenConsole> => {
  const files = await openConsoleFiles(folder);
  if (files === null) return { served: undefined, listens: async () => null };
  const place = { url: '' };
  const writeLink = (code: string): Promise<void> =>
    writePrivately(join(dataDir, 'console-link'), `${consoleLink(place.url, code)}\n`);
  const signIn = createConsoleSignIn(issue, writeLink);
  return {
    served: { files, exchange: signIn.exchange },
    listens: async (url) => {
      place.url = url;
      await writeLink(signIn.code);
      return consoleLink(url, signIn.code);
    },
  };
};
