import { z } from 'zod';

/** How the console signs its user in; it reads this at `/console/settings.json` before anything else. */
export const ConsoleSettings = z.discriminatedUnion('sign_in', [
  /** By the link that a service on one machine prints. */
  z.strictObject({ sign_in: z.literal('link') }),
  /** By an OpenID provider: the authorization code flow with PKCE. */
  z.strictObject({
    sign_in: z.literal('oidc'),
    /** The issuer, whose OpenID configuration names the rest. */
    authority: z.url(),
    client_id: z.string(),
    /** With spaces between. */
    scope: z.string(),
    /** Where the user is sent to sign out; absent where the provider's configuration says it. */
    sign_out: z.url().optional(),
  }),
]);
export type ConsoleSettings = z.output<typeof ConsoleSettings>;

/**
 * The policy of the console's pages: scripts are files of its own, and it speaks to its own origin and to these. Styles may be in the page,
 * since the component library writes its theme's colours there; no text of a repository ever becomes one.
 */
export const consolePolicy = (connect: readonly string[] = []): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** What each answer with a file of the console says, beside the policy. */
export const consoleHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** A file whose name holds the hash of its content never changes; every other one is asked for each time. */
export const consoleCaching = (path: string): string =>
  path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
