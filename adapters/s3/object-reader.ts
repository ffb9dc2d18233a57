import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { orStoreBusy } from '../aws-sdk/store-busy.ts';

/** A connection that breaks while a slow reader holds it open is opened again, until this many tries in a row brought no byte. */
const maxReopens = 3;

/**
 * The bytes of an object, streamed. S3 closes a connection that its reader leaves idle, so a broken body is continued
 * where it broke, and only while the object is still the same (its ETag). Throws NoSuchKey before the first byte.
 */
export async function* readS3Object(
  place: { readonly client: S3Client; readonly bucket: string },
  key: string,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  let etag: string | undefined;
  let total: number | undefined;
  let failures = 0;
  while (total === undefined || offset < total) {
    const { Body, ETag, ContentLength } = await place.client.send(
      new GetObjectCommand({
        Bucket: place.bucket,
        Key: key,
        ...(offset === 0 ? {} : { Range: `bytes=${offset}-` }),
        ...(etag === undefined ? {} : { IfMatch: etag }),
      }),
    );
    etag ??= ETag;
    total ??= ContentLength ?? 0;
    const before = offset;
    try {
      for await (const bytes of Body as AsyncIterable<Uint8Array>) {
        offset += bytes.length;
        yield bytes;
      }
      if (offset < total) throw new Error(`the object ${key} ended after ${offset} of ${total} bytes`);
    } catch (error) {
      failures = offset > before ? 0 : failures + 1;
      if (failures > maxReopens) throw orStoreBusy(error);
    }
  }
}
