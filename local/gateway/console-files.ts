import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { extname, join, sep } from 'node:path';
import {
  CONSOLE_CONFIG_FILE,
  type ConsoleSignInConfig,
  consoleCaching,
  consolePolicy,
  notConsolePages,
} from '../../core/contract/console-page.ts';
import type { Reply } from './gateway-problem.ts';

/** The answer to a GET of a path that is no call of the API; null where the console has no such file, and no page is wanted. */
export type ConsoleFiles = (path: string, headers: IncomingHttpHeaders) => Reply | null;

export interface ConsoleFilesOptions {
  /** How users sign in: by a link, without. */
  readonly signIn?: ConsoleSignInConfig;
  /** Origins that the page speaks to beside its own. */
  readonly connect?: readonly string[];
}

/** What each answer with a file of the console says. */
const headersWith = (connect: readonly string[] = []) => ({
  'content-security-policy': consolePolicy(connect),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
});

const types = new Map(
  Object.entries({
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.svg': 'image/svg+xml; charset=utf-8',
    '.json': 'application/json',
  }),
);

/** The built console, read into memory once; null where it is not built. Its pages have no files of their own: what asks for a page gets index.html. */
export const openConsoleFiles = async (
  folder: string,
  { signIn = { sign_in: 'link' }, connect = [] }: ConsoleFilesOptions = {},
): Promise<ConsoleFiles | null> => {
  const headers = headersWith(connect);
  const fileOf = (path: string, body: string): Reply => ({
    status: 200,
    headers: {
      'content-type': types.get(extname(path)) ?? '',
      'cache-control': path.startsWith('/assets/') ? consoleCaching.hashed : consoleCaching.other,
      etag: `"${createHash('sha256').update(body).digest('base64url')}"`,
      ...headers,
    },
    body,
  });
  const files = new Map<string, Reply>();
  for (const name of await readdir(folder, { recursive: true }).catch(() => [])) {
    if (!types.has(extname(name))) continue;
    const path = `/${name.split(sep).join('/')}`;
    files.set(path, fileOf(path, await readFile(join(folder, name), 'utf8')));
  }
  files.set(`/${CONSOLE_CONFIG_FILE}`, fileOf(`/${CONSOLE_CONFIG_FILE}`, JSON.stringify(signIn)));
  const index = files.get('/index.html');
  if (index === undefined) return null;
  return (path, { accept = '', 'if-none-match': known = '' }) => {
    const isPage = path === '/' || (accept.includes('text/html') && !notConsolePages.test(path));
    const file = files.get(path) ?? (isPage ? index : null);
    if (file === null) return null;
    return known.includes(file.headers.etag ?? '') ? { ...file, status: 304, body: '' } : file;
  };
};
