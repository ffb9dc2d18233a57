/** How large a batch of staged content may get. */
export interface BatchLimits {
  readonly files: number;
  readonly bytes: number;
}

/**
 * 256 files or 2 MiB of text. At the median of 2.5 KB a source file this is about 600 KB and 500 chunks: some seconds of
 * work for one child, so that progress moves, a retry repeats little, and 100,000 files make about 400 items.
 */
export const defaultBatchLimits: BatchLimits = { files: 256, bytes: 2 * 1024 * 1024 };

/**
 * Groups a stream into batches: closes one before an item that would take it over a limit. An item that is over the
 * limit by itself is a batch by itself. Holds one batch.
 */
export async function* planBatches<T extends { readonly size: number }>(
  items: AsyncIterable<T> | Iterable<T>,
  limits: BatchLimits,
): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for await (const item of items) {
    if (batch.length > 0 && (batch.length >= limits.files || bytes + item.size > limits.bytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += item.size;
  }
  if (batch.length > 0) yield batch;
}
