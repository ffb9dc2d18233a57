import { BlockList, isIP } from 'node:net';

/** What an operator lets webhooks reach although it is not on the public internet. */
export interface WebhookAllow {
  /** @param hostname as in the URL, without brackets; @param address what it resolved to. */
  permits(hostname: string, address: string): boolean;
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;

/** Whether the text is a host name, an address or a CIDR range. */
export const isWebhookAllowEntry = (entry: string): boolean => {
  const [net = '', bits, ...more] = entry.split('/');
  const family = isIP(net);
  if (bits === undefined) return family !== 0 || HOST_NAME.test(entry.toLowerCase());
  return family !== 0 && more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
};

/** @param entries host names, addresses and CIDR ranges. Throws RangeError for anything else. */
export const createWebhookAllow = (entries: readonly string[]): WebhookAllow => {
  const names = new Set<string>();
  const ranges = new BlockList();
  for (const entry of entries) {
    if (!isWebhookAllowEntry(entry)) throw new RangeError(`neither a host name nor a CIDR range: ${entry}`);
    const [net = '', bits] = entry.split('/');
    const family = familyOf(net);
    if (family === null) names.add(entry.toLowerCase());
    else ranges.addSubnet(net, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return {
    permits: (hostname, address) => {
      const family = familyOf(address);
      return names.has(hostname.toLowerCase()) || (family !== null && ranges.check(address, family));
    },
  };
};

const familyOf = (address: string): 'ipv4' | 'ipv6' | null => {
  const family = isIP(address);
  return family === 0 ? null : family === 4 ? 'ipv4' : 'ipv6';
};
