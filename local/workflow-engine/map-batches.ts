import { StateError } from './errors.ts';
import { payloadLimit } from './payload.ts';

/** One child's input. */
export interface MapBatch {
  readonly BatchInput: unknown;
  readonly Items: readonly unknown[];
}

/**
 * Groups JSON lines into the inputs of a Map's children, each under the 256 KiB that a child may be given. Holds one batch.
 * Throws States.ItemReaderFailed for a line that is no JSON, an item too large for a batch, or a failed read.
 */
export async function* readBatches(
  open: () => AsyncIterable<readonly string[]>,
  maxItems: number,
  batchInput: unknown,
): AsyncGenerator<MapBatch> {
  const overhead = bytesOf({ BatchInput: batchInput, Items: [] });
  let items: unknown[] = [];
  let bytes = overhead;
  for await (const { item, size } of readItems(open)) {
    if (overhead + size > payloadLimit)
      throw new StateError('States.ItemReaderFailed', `an item of ${size} bytes does not fit into a batch`);
    if (items.length === maxItems || bytes + size > payloadLimit) {
      yield { BatchInput: batchInput, Items: items };
      items = [];
      bytes = overhead;
    }
    items.push(item);
    bytes += size + 1;
  }
  if (items.length > 0) yield { BatchInput: batchInput, Items: items };
}

async function* readItems(
  open: () => AsyncIterable<readonly string[]>,
): AsyncGenerator<{ item: unknown; size: number }> {
  try {
    for await (const lines of open())
      for (const line of lines)
        if (line.trim() !== '') {
          const item: unknown = JSON.parse(line);
          yield { item, size: bytesOf(item) };
        }
  } catch (error) {
    throw new StateError('States.ItemReaderFailed', String(error));
  }
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
