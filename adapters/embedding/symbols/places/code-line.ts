/** A line, or the beginning of one, without what is no code. */
export interface CodeLine {
  /** Strings are a digit, comments are left out. */
  readonly code: string;
  /** What the line ends in. */
  readonly ends: 'code' | 'comment';
}

export interface LineRules {
  /** Of the language, with a comment that ends with the line as the last alternative: what is not code. */
  readonly noCode: RegExp;
  /** With one of these a line may begin or end in a string or comment of several lines: nothing is known of it. */
  readonly longer: RegExp;
  /** What begins a comment. */
  readonly comment: string;
  /** What is left of a quote, a comment or an escape that none of these explains. */
  readonly odd: RegExp;
}

/** With strings in double and single quotes, and comments as C has them. Block comments of several lines have their end in `longer`. */
export const likeC = (longer: RegExp): LineRules => ({
  noCode: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\/.*|\/\*.*/g,
  longer,
  comment: '/',
  odd: /["'`\\/]/,
});

/**
 * The code of a line that begins in code; null where that is not certain. Of one that lies in a string or comment of several lines the answer means nothing, and
 * does no harm: what is in the same string or comment is no definition, and whatever ends it is `longer`.
 */
export const codeLine = (line: string, rules: LineRules): CodeLine | null => {
  if (rules.longer.test(line)) return null;
  if (!rules.odd.test(line) && !line.includes(rules.comment)) return { code: line, ends: 'code' };
  let ends: CodeLine['ends'] = 'code';
  const code = line.replace(rules.noCode, (part) => {
    if (!part.startsWith(rules.comment)) return '0';
    ends = 'comment';
    return '';
  });
  return rules.odd.test(code) ? null : { code, ends };
};
