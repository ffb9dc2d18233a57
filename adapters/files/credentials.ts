import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { readCredential } from '../../core/contract/credential-secret.ts';
import { SourceRefusedError } from '../../core/domain/errors.ts';
import { own } from '../../core/domain/own.ts';
import type { Credentials } from '../../core/ports/credentials.ts';
import { jsonOrNull } from '../system/json-or-null.ts';

const refused = { reason: 'credential_refused' } as const;

/** Each is parsed when it is asked for: a mistake in one does not take the others away. */
const CredentialsFile = z.record(z.string(), z.unknown());

/**
 * Credentials in a JSON file, by their names, read anew at every call. A file that others may read is refused, as ssh does with
 * keys. What is wrong in it is never told: parsers' messages quote it.
 */
export const createFileCredentials = (path: string): Credentials => ({
  async resolve(reference) {
    const name = basename(path);
    const text = await readPrivately(path);
    if (text === null) return { kind: 'absent' };
    const file = CredentialsFile.safeParse(jsonOrNull(text));
    if (!file.success) throw new SourceRefusedError(`${name} is not a JSON object of credentials by name`, refused);
    const credential = own(file.data, reference);
    return credential === undefined ? { kind: 'absent' } : readCredential(credential);
  },
});

/** The file's text, or null when there is none. Mode and text are of one open file: nothing is exchanged in between. */
const readPrivately = async (path: string): Promise<string | null> => {
  try {
    const file = await open(path, 'r');
    try {
      if (((await file.stat()).mode & 0o077) !== 0)
        throw new SourceRefusedError(`${basename(path)} may be read by others than its owner: chmod 600 it`, refused);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};
