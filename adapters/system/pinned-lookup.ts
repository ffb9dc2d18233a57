import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** A connection's lookup that answers what a name was resolved to before: a second answer of its DNS changes nothing. */
export const pinnedLookup =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_, { all }, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '');
    else if (all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
