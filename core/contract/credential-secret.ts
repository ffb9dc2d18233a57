import { z } from 'zod';
import type { FoundCredential } from '../ports/credentials.ts';
import { UserId } from './ids.ts';

/** Hosts take a token as the password of any user; this is the name that GitHub documents. */
const TOKEN_USER = 'x-access-token';

const Prefix = z.url({ protocol: /^https?$/ }).refine((text) => {
  const url = URL.parse(text);
  return url !== null && url.username + url.password + url.search + url.hash === '';
});

/** Whom it serves, and where it may be shown. None of them has a default: what is not said is not allowed. */
const bounds = {
  /** Ids of users, as tokens tell them; `*`, said on purpose, is everybody who may register. */
  users: z.union([z.literal('*'), z.array(UserId).min(1)]),
  /** `github.com`, `git.example.com:8443`: as in a source's address. */
  hosts: z.array(z.string().min(1)).min(1),
  /** `https://github.com/acme/`: sources whose address is this, or continues it after a slash. */
  prefixes: z.array(Prefix).min(1),
};

/** What the secret store keeps under a credential's name: a user name and a password, or a token alone, and its bounds. */
const CredentialSecret = z.union([
  z.strictObject({ username: z.string().min(1), password: z.string().min(1), ...bounds }),
  z
    .strictObject({ token: z.string().min(1), ...bounds })
    .transform(({ token, ...rest }) => ({ username: TOKEN_USER, password: token, ...rest })),
]);

const examples: Readonly<Record<keyof typeof bounds, string>> = {
  users: '"users": ["<user id>"], or "users": "*" for everybody',
  hosts: '"hosts": ["<host>"]',
  prefixes: '"prefixes": ["https://<host>/<path>/"]',
};

/** A credential as its store keeps it, parsed. An error never quotes what it holds: parsers' messages quote. */
export const readCredential = (stored: unknown): FoundCredential => {
  const parsed = CredentialSecret.safeParse(stored);
  if (!parsed.success) return { kind: 'unusable', reason: adviceFor(stored) };
  const { hosts, prefixes } = parsed.data;
  if (!prefixes.every((prefix) => hosts.includes(new URL(prefix).host)))
    return { kind: 'unusable', reason: 'the host of each of its prefixes must be in its hosts' };
  return { kind: 'found', credential: parsed.data };
};

const adviceFor = (stored: unknown): string => {
  const members = typeof stored === 'object' && stored !== null ? stored : {};
  const absent = (Object.keys(bounds) as (keyof typeof bounds)[]).filter((name) => !Object.hasOwn(members, name));
  // Of what is no credential at all nothing is lacking in particular.
  if (absent.length > 0 && ['password', 'token'].some((name) => Object.hasOwn(members, name)))
    return `it must say whom it is for: add ${absent.map((name) => examples[name]).join(', and ')}`;
  return `it must hold {username, password} or {token}, and beside that ${Object.values(examples).join(', ')}, and nothing else`;
};
