/** A place in a stream of blocks of lines. Between two calls of `fill` its lines are read without waiting. */
export interface BlockCursor<Line = string> {
  readonly lines: readonly Line[];
  /** The line that is next; `lines.length` at the end of the block. */
  at: number;
  /** Reads the next block when this one is used up. False at the end of the stream. */
  fill(): Promise<boolean>;
  /** Lets go of the stream. */
  close(): Promise<void>;
}

export const openCursor = <Line>(blocks: AsyncIterable<readonly Line[]>): BlockCursor<Line> => {
  const iterator = blocks[Symbol.asyncIterator]();
  const cursor = {
    lines: [] as readonly Line[],
    at: 0,
    fill: async (): Promise<boolean> => {
      while (cursor.at === cursor.lines.length) {
        const next = await iterator.next();
        if (next.done) return false;
        cursor.lines = next.value;
        cursor.at = 0;
      }
      return true;
    },
    close: async (): Promise<void> => {
      await iterator.return?.();
    },
  };
  return cursor;
};
