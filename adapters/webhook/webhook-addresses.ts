import { isIP } from 'node:net';
import type { WebhookAddresses } from '../../core/ports/webhook-addresses.ts';
import { isPublicAddress } from '../system/public-address.ts';
import { createWebhookAllow } from './webhook-allow.ts';

/** What names mean wherever they are resolved: this machine, and a cloud's metadata service. */
const inwardNames: readonly (readonly [name: RegExp, addresses: readonly string[]])[] = [
  [/^(?:.+\.)?localhost\.?$/, ['127.0.0.1', '::1']],
  [/^metadata\.google\.internal\.?$/, ['169.254.169.254']],
];

/** @param allow host names, addresses and CIDR ranges that may be reached although they are not public. */
export const createWebhookAddresses = (allow: readonly string[] = []): WebhookAddresses => {
  const allowed = createWebhookAllow(allow);
  return {
    refuse: (url) => {
      // URL has made one way of writing of all that stand for an IPv4 address: 2130706433, 0x7f.1, 127.1.
      const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
      const addresses = isIP(host) === 0 ? inwardNames.find(([name]) => name.test(host))?.[1] : [host];
      const inward = addresses?.filter((address) => !isPublicAddress(address)) ?? [];
      if (inward.length === 0 || inward.some((address) => allowed.permits(host, address))) return null;
      return 'must be on the public internet, or be allowed by the operator';
    },
  };
};
