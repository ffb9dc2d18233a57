import { PARAGRAPH } from './chunk-layout.ts';
import { followsBlank, isBlank, type Units, unitAt } from './chunk-units.ts';

/**
 * What it costs to begin a chunk at each unit: 0 is the best place there is, 1 one that nothing speaks for. A chunk that is
 * only half full costs 0.25, so costs are in the same measure.
 */
export type Boundaries = Float64Array;

let scratch = new Float64Array(4096);
/** Of each unit the same cost. Longer than there are units, and lent: the next text's costs overwrite it. */
const costsOf = ({ count }: Units, cost: number): Boundaries => {
  if (scratch.length < count) scratch = new Float64Array(count * 2);
  return scratch.fill(cost, 0, count);
};

/** What the plan needs of a syntax tree. `startIndex` in UTF-16 units; children in the order of the text. */
export interface SyntaxNode {
  readonly startIndex: number;
  readonly children: readonly SyntaxNode[];
}

/** Lighter nodes (non-blank characters) are not opened: they stay whole, or are cut as lines where nothing else helps. */
const openedFrom = 700;
/** So many nodes are opened at most; ordinary files need one for each chunk or so, nesting for its own sake any number. */
const mostOpened = 20_000;
/** Cost of a boundary at the root's children, and for each level of opened nodes below; the deepest cost the last. */
const levelCosts = [0, 0.2, 0.35, 0.5, 0.6, 0.7] as const;
const nowhere = 1;
/** Added where the line belongs to what comes before it. */
const glue = 0.5;
/** Added where no blank line sets the unit apart. */
const noPause = 0.05;

/** Boundaries at the beginnings of syntax nodes, the outer ones first choice. Nodes are opened only where they are too heavy. */
export const syntaxBoundaries = (text: string, units: Units, root: SyntaxNode): Boundaries => {
  const costs = costsOf(units, nowhere);
  const open: { node: SyntaxNode; from: number; to: number; level: number }[] = [
    { node: root, from: 0, to: units.count, level: 0 },
  ];
  // A stack of our own: nesting may be as deep as the file is long.
  let opened = 0;
  for (let task = open.pop(); task !== undefined && opened < mostOpened; task = open.pop()) {
    opened += 1;
    const { from, to, level } = task;
    const children = task.node.children;
    const places = children.map((child) => unitAt(units, child.startIndex, from, to));
    let marked = false;
    const cost = levelCosts[Math.min(level, levelCosts.length - 1)] as number;
    children.forEach((child, index) => {
      const place = places[index] as number;
      if (place <= from || child.startIndex > (units.first[place] as number)) return;
      marked = true;
      costs[place] = Math.min(costs[place] as number, cost);
    });
    children.forEach((child, index) => {
      const begin = places[index] as number;
      const end = index + 1 < children.length ? (places[index + 1] as number) + 1 : to;
      const weight = (units.before[Math.min(end, to)] as number) - (units.before[begin] as number);
      if (end - begin > 1 && weight >= openedFrom)
        open.push({ node: child, from: begin, to: Math.min(end, to), level: marked ? level + 1 : level });
    });
  }
  return adjust(text, units, costs);
};

/** Boundaries by blank lines and indentation, for text of any kind. */
export const plainBoundaries = (text: string, units: Units): Boundaries => {
  const costs = costsOf(units, 0);
  for (let unit = 0; unit < units.count; unit++) {
    const indent = (units.first[unit] as number) - (units.start[unit] as number);
    const paused = followsBlank(units, unit);
    costs[unit] = Math.min(paused ? 0.1 : 0.35, nowhere) + Math.min(indent, 12) * 0.04;
  }
  return adjust(text, units, costs);
};

/** What a unit costs at most at which the layout of code shows that it may be cut: a seam. */
export const dearestSeam = nowhere;
const noSeam = nowhere + glue;

/**
 * Boundaries that the layout of code alone shows, the outer ones first choice. A seam is where a statement, a member or a declaration begins: behind a
 * blank line, a semicolon or a closing brace, where no bracket but braces is open (`depths` is {@link bracesAt}), and in no comment or string that
 * spans lines; of one that no chunk can hold its paragraphs, as the last choice. Strict, since what it misses is parsed.
 */
export const layoutBoundaries = (text: string, units: Units, depths: Int32Array): Boundaries => {
  const costs = costsOf(units, noSeam);
  const seams: number[] = [];
  let outermost = Number.POSITIVE_INFINITY;
  for (let unit = 0; unit < units.count; unit++) {
    const depth = depths[unit] as number;
    const paused = followsBlank(units, unit);
    if (depth === PARAGRAPH && paused) costs[unit] = dearestSeam;
    if (depth < 0 || closes(text, units.first[unit] as number)) continue;
    if (!paused && (introduces(text, units.first[unit - 1] as number) || !begins(text, units, unit))) continue;
    seams.push(unit);
    // The first unit is no cut: a file that is one class, or one namespace, has its parts one brace deep.
    if (unit > 0 && depth < outermost) outermost = depth;
  }
  for (const unit of seams) {
    const level = levelCosts[Math.min((depths[unit] as number) - outermost, levelCosts.length - 1)] ?? 0;
    const indent = (units.first[unit] as number) - (units.start[unit] as number);
    // Where braces tell nothing, as in Python, indentation does.
    costs[unit] =
      Math.max(level, Math.min(indent - outermost * 2, 12) * 0.04) + (followsBlank(units, unit) ? 0 : noPause);
  }
  return costs;
};

/** Whether something ends with the line before, and the unit does not continue it. */
const begins = (text: string, units: Units, unit: number): boolean => {
  let at = (units.end[unit - 1] as number) - 1;
  while (isBlank(text.charCodeAt(at))) at -= 1;
  const last = text[at];
  return last === ';' || (last === '}' && /[\w$@#/"'~.[]/.test(text[units.first[unit] as number] as string));
};

/** Boundaries at headings, then at paragraphs, and none within fenced code. */
export const markdownBoundaries = (text: string, units: Units): Boundaries => {
  const costs = costsOf(units, nowhere);
  let fence = '';
  for (let unit = 0; unit < units.count; unit++) {
    const line = text.slice(units.first[unit], units.end[unit]);
    const mark = /^(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== '') {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = '';
      continue;
    }
    const heading = /^#{1,6}(?=\s)/.exec(line)?.[0].length ?? setextLevel(text, units, unit + 1);
    if (heading > 0) costs[unit] = (heading - 1) * 0.05;
    else if (followsBlank(units, unit)) costs[unit] = /^([-*+>|]|\d+[.)]\s)/.test(line) ? 0.45 : 0.35;
    if (mark !== undefined) fence = mark;
  }
  return costs;
};

/** 1 or 2 when the unit underlines the line right before it as a heading, else 0. */
const setextLevel = (text: string, units: Units, underline: number): number => {
  if (underline >= units.count || followsBlank(units, underline)) return 0;
  const line = text.slice(units.start[underline], units.end[underline]).trimEnd();
  return /^={3,}$/.test(line) ? 1 : /^-{3,}$/.test(line) ? 2 : 0;
};

/** Comments and decorators stay with what follows them; closing brackets and `else` with what they end. */
const adjust = (text: string, units: Units, costs: Boundaries): Boundaries => {
  let leads = false;
  for (let unit = 0; unit < units.count; unit++) {
    const first = units.first[unit] as number;
    const paused = followsBlank(units, unit);
    let extra = paused ? 0 : noPause;
    if ((leads && !paused) || closes(text, first)) extra += glue;
    costs[unit] = (costs[unit] as number) + extra;
    leads = introduces(text, first);
  }
  return costs;
};

const closingWord = /(?:else|elif|elsif|end|catch|except|finally|then|do|done|fi|esac)(?![\w$])/y;
const closes = (text: string, at: number): boolean => {
  const char = text[at] as string;
  if (char === '}' || char === ')' || char === ']') return true;
  // The words above begin with one of these letters: most lines need no regular expression.
  if (char < 'c' || char > 't') return false;
  closingWord.lastIndex = at;
  return closingWord.test(text);
};

const introduction =
  /\/\/|\/\*|\*|#(?!\s*(?:include|define|undef|if|ifdef|ifndef|else|elif|endif|pragma)\b)|--|;|<!--|@[A-Za-z]|\[[A-Z]/y;
const introduces = (text: string, at: number): boolean => {
  const unit = text.charCodeAt(at);
  // Letters, digits, quotes: by far the most lines.
  if (unit > 64 && unit !== 91) return false;
  introduction.lastIndex = at;
  return introduction.test(text);
};
