import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { ConsoleFiles } from './console-files.ts';
import { gatewayProblem as problem, type Reply } from './gateway-problem.ts';

/** The console: its files, and the exchange of its link's code for a token. */
export interface Console {
  readonly files: ConsoleFiles;
  /** Null for a code that is not, or no longer, good. */
  readonly exchange: (code: string) => Promise<string | null>;
}

const SignIn = z.strictObject({ code: z.string().max(100) });

const json = (body: unknown): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  body: JSON.stringify(body),
});

/** Null for what is not the console's. */
export const serveConsole = async (
  console: Console | undefined,
  request: IncomingMessage,
  path: string,
  readBody: (request: IncomingMessage) => Promise<string | null>,
): Promise<Reply | null> => {
  if (console === undefined) return null;
  if (request.method === 'POST' && path === '/console/sign-in') return signIn(console, await readBody(request));
  if (request.method !== 'GET' && request.method !== 'HEAD') return null;
  return console.files(path, request.headers);
};

const signIn = async ({ exchange }: Console, body: string | null): Promise<Reply> => {
  const sent = SignIn.safeParse(parsed(body ?? ''));
  if (!sent.success) return problem(400, 'Invalid request', 'the body must be {"code": "…"}');
  const token = await exchange(sent.data.code);
  return token === null
    ? problem(401, 'Unauthorized', 'this link has been used, or is of an earlier start of the service')
    : json({ token });
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
