/** What both places that serve the console (the gateway of one machine, CloudFront) say with it, so that the page is the same at each. */

/** Where the page asks how its users sign in. */
export const CONSOLE_CONFIG_FILE = 'config.json';

/** An address below these that leads nowhere is said to be wrong, and is no page. */
export const notConsolePages: RegExp = /^\/(api|assets|console)(\/|$)/;

/** How users of the console get a token. The page reads it in console/src/session/sign-in-config.ts. */
export type ConsoleSignInConfig =
  /** By a link that works once, or by a token of their own. */
  | { readonly sign_in: 'link' }
  /** At an OpenID Connect provider: authorization code with PKCE, by a public client. */
  | {
      readonly sign_in: 'oidc';
      readonly issuer: string;
      readonly client_id: string;
      readonly scope: string;
      /** Which of the provider's tokens the API takes. */
      readonly token: 'id_token' | 'access_token';
      /** More parameters of the request, such as RFC 8707's `resource`. */
      readonly parameters: Readonly<Record<string, string>>;
      /** Cognito's address for signing out, which takes `client_id` and `logout_uri`; null: the provider's own `end_session_endpoint`. */
      readonly sign_out_url: string | null;
    };

/**
 * The policy of the console's pages: scripts are files of its own, and it speaks to its own origin and to `connect`, the origins of
 * the provider that its users sign in at. Styles may be in the page, since the component library writes its theme's colours there;
 * no text of a repository ever becomes one.
 */
export const consolePolicy = (connect: readonly string[] = []): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    ["connect-src 'self'", ...connect].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** A file whose name holds the hash of its content never changes; every other one is asked for each time. */
export const consoleCaching = {
  hashed: 'public, max-age=31536000, immutable',
  other: 'no-cache',
} as const;
