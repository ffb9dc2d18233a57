import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { openPrivateDirectory } from '../adapters/system/private-directory.ts';
import type { Right } from '../core/contract/rights.ts';
import { AUDIENCE, ISSUER } from './token-names.ts';

export interface IssuerKeys {
  readonly jwks: { readonly keys: (JWK & { kty: string; kid: string })[] };
}

export interface TokenIssuer extends IssuerKeys {
  /** A signed token for the user. `days`: how long it is valid; 30 by default. */
  issue(user: string, rights?: readonly Right[], days?: number): Promise<string>;
}

const ALGORITHM = 'ES256';

/** The local issuer of a data directory: its key pair is made at the first use and kept there, readable by its owner only. */
export const openTokenIssuer = async (dataDir: string): Promise<TokenIssuer> => {
  const privateJwk = await loadOrMakeKey(dataDir);
  const key = await importJWK(privateJwk, ALGORITHM);
  const { kty, crv, x, y } = privateJwk;
  const publicJwk = { kty: kty ?? 'EC', crv, x, y } as JWK & { kty: string };
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    jwks: { keys: [{ ...publicJwk, kid, alg: ALGORITHM, use: 'sig' }] },
    issue: (user, rights = [], days = 30) =>
      new SignJWT(rights.length === 0 ? {} : { scope: rights.join(' ') })
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
        .setSubject(user)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(`${days}d`)
        .sign(key),
  };
};

const loadOrMakeKey = async (dataDir: string): Promise<JWK> => {
  const file = join(dataDir, 'issuer.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as JWK;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  await openPrivateDirectory(dataDir);
  await writePrivately(file, JSON.stringify(jwk));
  return jwk;
};

/** Writes a file that only its owner may read, whole or not at all. */
export const writePrivately = async (file: string, text: string): Promise<void> => {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, file);
};
