import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { extname, join, sep } from 'node:path';
import type { Reply } from './gateway-problem.ts';

/** The answer to a GET of a path that is no call of the API; null where the console has no such file, and no page is wanted. */
export type ConsoleFiles = (path: string, headers: IncomingHttpHeaders) => Reply | null;

/**
 * The policy of the console's pages: scripts are files of its own, and it speaks to its own origin alone. Styles may be in the page,
 * since the component library writes its theme's colours there; no text of a repository ever becomes one.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What each answer with a file of the console says. */
const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** A file whose name holds the hash of its content never changes; every other one is asked for each time. */
const cachingOf = (path: string): string =>
  path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';

const types = new Map(
  Object.entries({
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.svg': 'image/svg+xml; charset=utf-8',
  }),
);

/** An address that was mistyped below these is said to be wrong. */
const notPages = /^\/(api|assets|console)(\/|$)/;

/** The built console, read into memory once; null where it is not built. Its pages have no files of their own: what asks for a page gets index.html. */
export const openConsoleFiles = async (folder: string): Promise<ConsoleFiles | null> => {
  const files = new Map<string, Reply>();
  for (const name of await readdir(folder, { recursive: true }).catch(() => [])) {
    const type = types.get(extname(name));
    if (type === undefined) continue;
    const body = await readFile(join(folder, name), 'utf8');
    const path = `/${name.split(sep).join('/')}`;
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    files.set(path, {
      status: 200,
      headers: {
        'content-type': type,
        'cache-control': cachingOf(path),
        etag,
        ...headers,
      },
      body,
    });
  }
  const index = files.get('/index.html');
  if (index === undefined) return null;
  return (path, { accept = '', 'if-none-match': known = '' }) => {
    const isPage = path === '/' || (accept.includes('text/html') && !notPages.test(path));
    const file = files.get(path) ?? (isPage ? index : null);
    if (file === null) return null;
    return known.includes(file.headers.etag ?? '') ? { ...file, status: 304, body: '' } : file;
  };
};
