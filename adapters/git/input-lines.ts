/** Lines in one write: a write each costs more than git's own work. */
const linesAtOnce = 1_000;

/** Lines for git's stdin, many in one piece; `after` ends each piece. */
export function* inputLines(lines: Iterable<string>, after = ''): Generator<string> {
  let piece = '';
  let count = 0;
  for (const line of lines) {
    piece += `${line}\n`;
    count += 1;
    if (count % linesAtOnce === 0) {
      yield piece + after;
      piece = '';
    }
  }
  if (piece !== '') yield piece + after;
}
