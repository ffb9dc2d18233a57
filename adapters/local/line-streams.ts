/** Characters gathered before they go on: large enough that a stream's cost per piece does not show. */
const pieceLength = 64 * 1024;

/** Lines to pieces of text, each line with its newline. */
export async function* joinLines(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const line of lines) {
    piece += `${line}\n`;
    if (piece.length >= pieceLength) {
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}

/**
 * Bytes of UTF-8 to lines. Only `\n` ends one (node:readline also splits at `\r` and U+2028, which may stand in a line of
 * JSON or in a path). A last line without newline counts.
 */
export async function* splitLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Pieces of a line that has not ended: joined once, else a long line would be copied at every piece. */
  let open: string[] = [];
  for await (const piece of bytes) {
    const parts = decoder.decode(piece, { stream: true }).split('\n');
    const last = parts.pop() as string;
    for (const part of parts) {
      open.push(part);
      yield open.join('');
      open = [];
    }
    open.push(last);
  }
  open.push(decoder.decode());
  const rest = open.join('');
  if (rest !== '') yield rest;
}
