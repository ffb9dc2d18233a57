import { lineBegin } from './around.ts';
import { codeLine, type LineRules } from './code-line.ts';

/** Lines of one comment that are looked at. */
const MOST_LINES = 60;

/** Whether a place is in a comment, as its own line tells, or those above it that begin with a star each, up to one that begins a comment. */
export const isInComment = (text: string, from: number, rules: LineRules): boolean => {
  let begin = lineBegin(text, from);
  if (begin === null) return false;
  let line = text.slice(begin, from);
  if (codeLine(line, rules)?.ends === 'comment') return true;
  for (let lines = 0; lines < MOST_LINES; lines++) {
    const start = line.trimStart();
    if (line.includes('*/')) return false;
    if (start.startsWith('/*')) return lines > 0;
    if (!start.startsWith('*') || begin === 0) return false;
    const end = begin - 1;
    begin = lineBegin(text, end);
    if (begin === null) return false;
    line = text.slice(begin, end);
  }
  return false;
};
