import { createHash } from 'node:crypto';
import { promises as dns, type LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CredentialUse } from '../../core/domain/credential-bounds.ts';
import { SourceUnavailableError } from '../../core/domain/errors.ts';
import { failureOf } from '../../core/domain/failure-of.ts';
import type { FailureReason } from '../../core/domain/failure-reasons.ts';
import { refuseSource, type SourcePolicy } from '../../core/domain/source-policy.ts';
import type { Credential } from '../../core/ports/credentials.ts';
import type { SnapshotAddress, SnapshotSource } from '../../core/ports/snapshot-source.ts';
import { pinnedLookup } from '../system/pinned-lookup.ts';
import { isLoopbackAddress, isPublicAddress } from '../system/public-address.ts';
import { retryAfterSeconds } from '../system/retry-after.ts';
import { unlessAborted } from '../system/unless-aborted.ts';

export interface HttpSnapshotOptions {
  readonly policy: SourcePolicy;
  readonly resolveCredential: (use: CredentialUse, address: string) => Promise<Credential | null>;
  /** How names are resolved; the machine's resolver without. */
  readonly lookup?: (hostname: string) => Promise<readonly LookupAddress[]>;
  /** Before the n-th repetition, in milliseconds; a longer Retry-After counts, up to {@link LONGEST_WAIT}. */
  readonly waits?: readonly number[];
  /** For one answer. */
  readonly timeoutMilliseconds?: number;
}

/** A page's answer has 3 MB and a row; a snapshot's of a million files some 500 kB. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const LONGEST_WAIT = 30_000;
/** 1 + 2 + 4 + 8 = 15 s, behind which the workflow tries the step again. */
const WAITS = [1000, 2000, 4000, 8000];

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Reads snapshots over HTTP. An address is held to the rules of a git source: https:// (http:// on loopback for one machine's own service), no private
 * host on AWS; a name is resolved once and the connection pinned to that. Redirects are not followed, and the token goes nowhere else.
 */
export const createHttpSnapshotSource = ({
  policy,
  resolveCredential,
  lookup = (hostname) => dns.lookup(hostname, { all: true }),
  waits = WAITS,
  timeoutMilliseconds = 60_000,
}: HttpSnapshotOptions): SnapshotSource => {
  const route = async (where: string): Promise<readonly LookupAddress[]> => {
    if (refuseSource(where, policy) !== null || !/^https?:/i.test(where)) throw failureOf('address_refused', where);
    const { hostname, protocol, search, hash } = new URL(where);
    if (search !== '' || hash !== '') throw failureOf('address_refused', where);
    const host = hostname.replace(/^\[|\]$/g, '');
    const family = isIP(host);
    const addresses = family === 0 ? await resolved(host, where) : [{ address: host, family }];
    const mayUse = protocol === 'http:' ? isLoopbackAddress : policy === 'https-only' ? isPublicAddress : () => true;
    if (!addresses.every(({ address }) => mayUse(address))) throw failureOf('address_refused', where);
    return addresses;
  };

  const resolved = async (host: string, where: string): Promise<readonly LookupAddress[]> => {
    try {
      return await lookup(host);
    } catch (cause) {
      const unknown = (cause as NodeJS.ErrnoException).code === 'ENOTFOUND';
      throw failureOf(unknown ? 'host_unknown' : 'host_unresolved', where, { cause });
    }
  };

  const tokenFor = async ({ url, credential }: SnapshotAddress): Promise<string | null> => {
    if (credential === undefined) return null;
    const found = await resolveCredential(credential, url);
    if (found === null) throw failureOf('credential_refused', url);
    return found.password;
  };

  const once = async (address: SnapshotAddress, path: string, signal: AbortSignal): Promise<Answer> => {
    const where = address.url;
    const time = AbortSignal.timeout(timeoutMilliseconds);
    const either = AbortSignal.any([signal, time]);
    try {
      const addresses = await unlessAborted(route(where), either);
      const token = await unlessAborted(tokenFor(address), either);
      return await exchange(new URL(where.replace(/\/$/, '') + path), addresses, token, either).catch((cause) => {
        throw failureOf(reasonOf(cause), where, { cause });
      });
    } catch (error) {
      signal.throwIfAborted();
      throw time.aborted ? failureOf('no_answer', where, { cause: error }) : error;
    }
  };

  return {
    get: async (address, path, signal) => {
      for (let tries = 0; ; tries++) {
        let wait = waits[tries];
        try {
          const answer = await once(address, path, signal);
          if ([404, 409, 410].includes(answer.status)) return null;
          if (answer.status === 200) return read(address.url, answer);
          const after = retryAfterSeconds(answer.headers['retry-after'], new Date());
          if (wait !== undefined && after !== null) wait = Math.max(wait, Math.min(LONGEST_WAIT, after * 1000));
          throw failureOf(reasonOfStatus(answer.status, address), address.url, {
            says: `it answers with the status ${answer.status}`,
          });
        } catch (error) {
          if (!(error instanceof SourceUnavailableError) || wait === undefined) throw error;
        }
        await sleep(wait, undefined, { signal });
      }
    },
  };
};

/** What was sent is what has come: a proxy that cuts or changes an answer is noticed. */
const read = (where: string, { headers, body }: Answer): unknown => {
  const digest = /sha-256=:([^:]+):/.exec(String(headers['content-digest'] ?? ''))?.[1];
  if (digest !== undefined && createHash('sha256').update(body).digest('base64') !== digest)
    throw failureOf('connection_cut', where, { says: 'its answer was changed on the way' });
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw failureOf('answer_garbled', where, { says: 'its answer is not JSON', cause });
  }
};

const exchange = (
  url: URL,
  addresses: readonly LookupAddress[],
  token: string | null,
  signal: AbortSignal,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = {
      accept: 'application/json',
      'user-agent': 'Repository-Sync',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
    const options = { headers, signal, lookup: pinnedLookup(addresses) };
    const call = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
    call.once('error', reject);
    call.once('response', (response) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes > MAX_BODY_BYTES) response.destroy(new TooLongError());
        else parts.push(part);
      });
      response.once('error', reject);
      response.once('close', () => reject(new Error('the answer was cut')));
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    call.end();
  });

class TooLongError extends Error {}

const reasonOf = (error: unknown): FailureReason => {
  if (error instanceof TooLongError) return 'too_large';
  const code = String((error as { code?: unknown }).code ?? '');
  if (code === 'ECONNREFUSED') return 'connection_refused';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'host_unreachable';
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code)) return 'certificate_untrusted';
  return /SSL|TLS|EPROTO/.test(code) ? 'tls_failed' : 'connection_cut';
};

const reasonOfStatus = (status: number, { credential }: SnapshotAddress): FailureReason => {
  if (status === 401) return credential === undefined ? 'credentials_needed' : 'credentials_refused';
  if (status === 403) return 'access_denied';
  if (status === 429) return 'rate_limited';
  if (status >= 300 && status < 400) return 'redirected';
  return status >= 500 ? 'server_error' : 'request_refused';
};
