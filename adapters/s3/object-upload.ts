import { Buffer } from 'node:buffer';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** S3 allows 10,000 parts of at least 5 MiB: 8 MiB parts reach 80 GB, and one of them is what an upload holds in memory. */
export const partBytes = 8 * 1024 * 1024;

/** The tag that the bucket's lifecycle rule looks for. */
export const temporaryTag = { key: 'lifetime', value: 'job' } as const;

/**
 * The tag of what a job leaves behind (see core/objects/object-keys.ts). The next job sweeps it, but a repository that is never
 * synced again has none; and a lifecycle rule cannot name `repositories/*\/jobs/`, because its prefix knows no wildcard.
 */
export const taggingOf = (key: string): { Tagging?: string } =>
  /^repositories\/[^/]+\/jobs\//.test(key) ? { Tagging: `${temporaryTag.key}=${temporaryTag.value}` } : {};

interface Place {
  readonly client: S3Client;
  readonly bucket: string;
}

/**
 * Stores a stream of bytes as one object, seen by readers only when it is whole. What fits one part goes in one request;
 * more goes part by part, and an upload that fails is aborted, so that its parts are neither seen nor paid for.
 */
export const uploadS3Object = async (place: Place, key: string, bytes: AsyncIterable<Buffer>): Promise<void> => {
  const { client, bucket } = place;
  let uploadId: string | undefined;
  const uploaded: CompletedPart[] = [];
  try {
    for await (const { part, last } of parts(bytes)) {
      if (last && uploadId === undefined) {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: part, ...taggingOf(key) }));
        return;
      }
      uploadId ??= await createUpload(place, key);
      const PartNumber = uploaded.length + 1;
      const { ETag, ChecksumCRC32 } = await client.send(
        new UploadPartCommand({ Bucket: bucket, Key: key, UploadId: uploadId, PartNumber, Body: part }),
      );
      uploaded.push({ PartNumber, ETag, ChecksumCRC32 });
    }
    await client.send(
      new CompleteMultipartUploadCommand({
        Bucket: bucket,
        Key: key,
        UploadId: uploadId,
        MultipartUpload: { Parts: uploaded },
      }),
    );
  } catch (error) {
    // The bucket's lifecycle removes what an abort could not: it is the failure itself that the caller must see.
    if (uploadId !== undefined)
      await client
        .send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }))
        .catch(() => undefined);
    throw error;
  }
};

const createUpload = async ({ client, bucket }: Place, key: string): Promise<string> => {
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ChecksumAlgorithm: 'CRC32', ...taggingOf(key) }),
  );
  if (UploadId === undefined) throw new Error('S3 answered CreateMultipartUpload without an upload id');
  return UploadId;
};

/** Cuts a stream into parts of exactly `partBytes`; only the last one may be shorter, or empty when it is the only one. */
async function* parts(bytes: AsyncIterable<Buffer>): AsyncGenerator<{ part: Buffer; last: boolean }> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const piece of bytes) {
    held.push(piece);
    length += piece.length;
    while (length > partBytes) {
      const whole = Buffer.concat(held, length);
      held = [whole.subarray(partBytes)];
      length -= partBytes;
      yield { part: whole.subarray(0, partBytes), last: false };
    }
  }
  yield { part: Buffer.concat(held, length), last: true };
}
