import { promises as dns, type LookupAddress } from 'node:dns';
import {
  type Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { WebhookAnswer, WebhookRequest, WebhookSender } from '../../core/ports/webhook-sender.ts';
import { pinnedLookup } from '../system/pinned-lookup.ts';
import { retryAfterSeconds } from '../system/retry-after.ts';
import { unlessAborted } from '../system/unless-aborted.ts';
import { createWebhookAllow } from './webhook-allow.ts';

export interface HttpWebhookSenderOptions {
  /** Host names, addresses and CIDR ranges that may be reached although private; none without. */
  readonly allow?: readonly string[];
  /** How names are resolved; the machine's resolver without. */
  readonly resolve?: (hostname: string) => Promise<readonly LookupAddress[]>;
  /** For everything: name, connection, answer. Standard Webhooks advises 15 to 30 s; the port promises to end within 15 s. */
  readonly timeoutMilliseconds?: number;
}

/** What a receiver says is of no interest: enough is read for it to end in peace. */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * Sends signed requests over node's HTTP. A name is resolved once and the connection pinned to what it resolved to, so that
 * a second answer of its DNS changes nothing; request-filtering-agent refuses every address that is not public when the
 * connection is made. Redirects are answers.
 */
export const createHttpWebhookSender = ({
  allow = [],
  resolve = (hostname) => dns.lookup(hostname, { all: true }),
  timeoutMilliseconds = 10_000,
}: HttpWebhookSenderOptions = {}): WebhookSender => {
  const allowed = createWebhookAllow(allow);

  /** Where to connect to, and whether the operator has said so. */
  const route = async (hostname: string): Promise<{ addresses: readonly LookupAddress[]; allowed: boolean }> => {
    const family = isIP(hostname);
    const addresses = family === 0 ? await resolve(hostname) : [{ address: hostname, family }];
    const named = addresses.filter(({ address }) => allowed.permits(hostname, address));
    return named.length > 0 ? { addresses: named, allowed: true } : { addresses, allowed: false };
  };

  return {
    send: async (request) => {
      const headers = signed(request);
      const url = new URL(request.url);
      const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
      const signal = AbortSignal.timeout(timeoutMilliseconds);
      try {
        const way = await unlessAborted(route(hostname), signal);
        if (!way.allowed && way.addresses.some(({ address }) => isOddIpv6(address))) return refused(hostname);
        const secure = url.protocol === 'https:';
        const options: RequestOptions = {
          method: 'POST',
          headers,
          signal,
          lookup: pinnedLookup(way.addresses),
          agent: way.allowed ? false : await publicOnly(secure),
        };
        const call = secure ? httpsRequest(url, options) : httpRequest(url, options);
        const { statusCode = 0, headers: answer } = await exchange(call, request.body);
        const retryAfter = retryAfterSeconds(answer['retry-after'], request.at);
        return { kind: 'answered', status: statusCode, retryAfterSeconds: retryAfter };
      } catch (error) {
        if (signal.aborted) return unreachable(`no answer within ${timeoutMilliseconds / 1000} s`);
        return isRefusal(error) ? refused(hostname) : unreachable(describe(error));
      }
    },
  };
};

/** Loaded when a webhook is first sent: every thread and function has this sender, and few ever send. */
const publicOnly = async (secure: boolean): Promise<Agent> => {
  const { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } = await import('request-filtering-agent');
  return secure ? new RequestFilteringHttpsAgent() : new RequestFilteringHttpAgent();
};

const signed = ({ id, at, secret, body }: WebhookRequest): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': 'Repository-Sync',
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  'webhook-signature': new Webhook(secret).sign(id, at, body),
});

const unreachable = (error: string): WebhookAnswer => ({ kind: 'unreachable', error });

/** Does not tell the address: a user who names a webhook must not learn what a name resolves to inside this network. */
const refused = (hostname: string): WebhookAnswer => ({
  kind: 'refused',
  error: `${hostname} is not on the public internet`,
});

/** The agent's own errors have no code. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error && !('code' in error) && error.message.includes('is not allowed');

const publicIpv6 = new BlockList();
publicIpv6.addSubnet('2000::', 3, 'ipv6');

/** The agent takes every range without a name of its own as public; of IPv6 only 2000::/3 is (`::127.0.0.1` is not). */
const isOddIpv6 = (address: string): boolean => isIPv6(address) && !publicIpv6.check(address, 'ipv6');

/** The answer's head, once its body has ended, is longer than necessary, or takes too long: the status is known by then. */
const exchange = (call: ClientRequest, body: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    let answered = false;
    call.once('response', (response) => {
      answered = true;
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes > MAX_BODY_BYTES) response.destroy();
      });
      response.once('error', () => undefined);
      response.once('close', () => resolve(response));
    });
    call.once('upgrade', (_, socket) => socket.destroy());
    call.on('error', (error) => {
      if (!answered) reject(error);
    });
    call.once('close', () => {
      if (!answered) reject(new ConnectionEndedError());
    });
    call.end(body);
  });

/** A code says it in a word: ECONNREFUSED, ENOTFOUND, CERT_HAS_EXPIRED. An error without a code is described in our own words to those who may read deliveries. */
const describe = (error: unknown): string => {
  if (error instanceof ConnectionEndedError) return error.message;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code.slice(0, 200) : 'the request failed';
};

class ConnectionEndedError extends Error {
  override readonly message = 'the connection ended without an answer';
}
