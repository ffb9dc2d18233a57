import type { ManifestEntry } from '../../core/manifest/manifest.ts';

/** An object id: the number in hexadecimal. */
export const oidOf = (n: number): string => n.toString(16).padStart(40, '0');

/** A file that was indexed, of one chunk. */
export const indexedEntry = (path: string, n = 1): ManifestEntry => ({
  path,
  mode: '100644',
  oid: oidOf(n),
  size: 3,
  outcome: 'indexed',
  reason: '',
  chunks: 1,
});
