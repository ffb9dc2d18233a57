import { ObjectDamagedError } from '../../domain/errors.ts';

/** A page as it is stored: each line with its newline. */
export const pageText = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

/** A page's name: SHA-256 of its text (or of that as UTF-8), the first 128 bits in hexadecimal. */
export const pageName = async (text: string | Uint8Array<ArrayBuffer>): Promise<string> => {
  const utf8 = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8));
  let name = '';
  for (let i = 0; i < 16; i++) name += (digest[i] as number).toString(16).padStart(2, '0');
  return name;
};

/** The lines of a stored page. Throws ObjectDamagedError when it is not the page of that name. */
export const pageLines = async (name: string, text: string): Promise<readonly string[]> => {
  if ((await pageName(text)) !== name) throw new ObjectDamagedError(`the page ${name} holds something else`);
  return text.slice(0, -1).split('\n');
};
