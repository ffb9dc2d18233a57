import { SourceUnavailableError, SourceUnusableError } from '../../core/domain/errors.ts';
import type { Blob } from '../../core/ports/git-source.ts';
import { ByteReader } from './byte-reader.ts';
import { type FetchRequest, fetchObjects } from './fetch-objects.ts';
import { objectFailure } from './git-failure.ts';
import { type GitCommand, streamGit } from './git-process.ts';

/** Where blobs come from and go to: a fetch without its wants. */
export type BlobRequest = Pick<FetchRequest, 'repository' | 'address' | 'limits' | 'signal'>;

/**
 * Fetches blobs by their ids in one request. A server that does not give out single objects is asked for the whole
 * trees of `commits` instead.
 */
export const fetchBlobs = async (
  request: BlobRequest,
  oids: ReadonlySet<string>,
  commits: readonly string[],
): Promise<void> => {
  const direct = await fetchObjects({ ...request, wants: oids, filter: 'blob:none' });
  if (direct.kind === 'fetched') return;
  const { label } = request.address;
  if (commits.length === 0) throw missing(label, direct.oid);
  const whole = await fetchObjects({ ...request, wants: commits, filter: null, depth: 1 });
  if (whole.kind !== 'fetched') throw new SourceUnavailableError(`${label}: no longer has the commit ${whole.oid}`);
};

/**
 * Streams blobs out of the repository, in order; those over `maxBytes` without content. Sizes are asked for first, so
 * that a huge blob never goes through memory.
 */
export async function* readBlobs(
  request: BlobRequest,
  oids: readonly string[],
  maxBytes: number,
): AsyncGenerator<Blob> {
  const { label } = request.address;
  const sizes = await readSizes(request, oids);
  const small = function* (): Generator<string> {
    for (const oid of oids) if (sizeOf(sizes, oid) <= maxBytes) yield `${oid}\n`;
  };
  const reader = new ByteReader(streamGit(catFile(request, '--batch', small())));
  try {
    for (const oid of oids) {
      const size = sizeOf(sizes, oid);
      yield { oid, size, content: size <= maxBytes ? await readContent(reader, oid, size, label) : null };
    }
  } catch (error) {
    throw objectFailure(error, label);
  } finally {
    await reader.close();
  }
}

/** Every size has been read: an absent one is an error before. */
const sizeOf = (sizes: ReadonlyMap<string, number>, oid: string): number => sizes.get(oid) as number;

const readSizes = async (request: BlobRequest, oids: readonly string[]): Promise<Map<string, number>> => {
  const { label } = request.address;
  const sizes = new Map<string, number>();
  const reader = new ByteReader(streamGit(catFile(request, '--batch-check', lines(new Set(oids)))));
  try {
    for (let line = await reader.line(); line !== null; line = await reader.line()) {
      const [oid, type, size] = line.split(' ');
      if (oid === undefined || type !== 'blob') throw missing(label, line);
      sizes.set(oid, Number(size));
    }
    return sizes;
  } catch (error) {
    throw objectFailure(error, label);
  } finally {
    await reader.close();
  }
};

const readContent = async (reader: ByteReader, oid: string, size: number, label: string): Promise<Uint8Array> => {
  const head = await reader.line();
  const content = head === `${oid} blob ${size}` ? await reader.bytes(size + 1) : null;
  if (content === null) throw new SourceUnusableError(`${label}: the blob ${oid} cannot be read`);
  return content.subarray(0, size);
};

const catFile = (
  { repository, limits, signal }: BlobRequest,
  mode: '--batch' | '--batch-check',
  input: Iterable<string>,
): GitCommand => ({
  args: ['cat-file', mode, '--buffer'],
  env: repository.environment(null),
  cwd: repository.gitDir,
  input,
  signal,
  timeoutMs: limits.processMs,
});

function* lines(oids: Iterable<string>): Generator<string> {
  for (const oid of oids) yield `${oid}\n`;
}

const missing = (label: string, what: string): SourceUnusableError =>
  new SourceUnusableError(`${label}: does not have a blob that its tree names: ${what}`);
