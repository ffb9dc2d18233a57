import { fromBase64, toBase64Url } from '../domain/base64.ts';
import type { Blob } from '../ports/git-source.ts';
import type { Runtime } from '../ports/runtime.ts';

/** A blob that pull had at hand, as it is kept for stage: `oid TAB base64`. */
export const sentLine = (oid: string, content: Uint8Array): string => `${oid}\t${toBase64Url(content)}`;

/** Those of the wanted blobs that are among what pull has kept, by oid. `maxBytes`: larger ones come without content. */
export const readSent = async (
  { objects }: Pick<Runtime, 'objects'>,
  keys: readonly string[],
  wanted: ReadonlyMap<string, unknown>,
  maxBytes: number,
): Promise<ReadonlyMap<string, Blob>> => {
  const sent = new Map<string, Blob>();
  for (const key of keys)
    for await (const lines of objects.getLines(key))
      for (const line of lines) {
        const [oid = '', text = ''] = line.split('\t');
        if (!wanted.has(oid)) continue;
        const content = fromBase64(text);
        sent.set(oid, { oid, size: content.length, content: content.length > maxBytes ? null : content });
      }
  return sent;
};
