/** Characters gathered before they go on: large enough that a stream's cost per piece does not show. */
const pieceLength = 256 * 1024;

/**
 * Lines to pieces of text, each line with its newline. An asynchronous source gives blocks of lines: a turn of the event loop for
 * every single line costs more than the line itself (measured: 1 s for 100,000 lines, 0.1 s in blocks).
 *
 * @param count told how many lines there were, when all of them have been read.
 */
export async function* joinLines(
  lines: Iterable<string> | AsyncIterable<readonly string[]>,
  count: (lines: number) => void,
): AsyncGenerator<string> {
  let total = 0;
  let piece = '';
  for await (const block of blocksOf(lines)) {
    if (block.length === 0) continue;
    total += block.length;
    piece += `${block.join('\n')}\n`;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
  count(total);
}

async function* blocksOf(
  lines: Iterable<string> | AsyncIterable<readonly string[]>,
): AsyncGenerator<readonly string[]> {
  if (Symbol.asyncIterator in lines) {
    yield* lines;
    return;
  }
  let block: string[] = [];
  let length = 0;
  for (const line of lines) {
    block.push(line);
    length += line.length + 1;
    if (length < pieceLength) continue;
    yield block;
    block = [];
    length = 0;
  }
  yield block;
}

/**
 * Bytes of UTF-8 to lines, a block for every piece that ends some. Only `\n` ends one (node:readline also splits at `\r` and
 * U+2028, which a line of JSON or a path may contain). A last line without newline counts. No block is empty.
 */
export async function* splitLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Pieces of a line that has not ended: joined once, else a long line would be copied at every piece. */
  let open: string[] = [];
  for await (const piece of bytes) {
    const lines = decoder.decode(piece, { stream: true }).split('\n');
    const last = lines.pop() as string;
    if (lines.length > 0) {
      if (open.length > 0) lines[0] = open.join('') + lines[0];
      open = [];
      yield lines;
    }
    if (last !== '') open.push(last);
  }
  open.push(decoder.decode());
  const rest = open.join('');
  if (rest !== '') yield [rest];
}
