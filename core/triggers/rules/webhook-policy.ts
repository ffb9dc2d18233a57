import type { SourcePolicy } from '../../domain/source-policy.ts';

/**
 * Why events may not be sent to this address, or null. A deployed service speaks https only. What a host name resolves to
 * is checked where the connection is made.
 */
export const refuseWebhook = (url: string, policy: SourcePolicy): string | null => {
  const expected = policy === 'https-only' ? 'must be an https:// URL' : 'must be an https:// or http:// URL';
  if (!URL.canParse(url)) return expected;
  const { protocol, username, password, hostname } = new URL(url);
  if (hostname === '' || !(protocol === 'https:' || (protocol === 'http:' && policy === 'local'))) return expected;
  // A job shows its options to every user who may read it.
  if (username !== '' || password !== '') return 'must not contain a user name or a password';
  return null;
};
