/**
 * What every path that a gitignore pattern matches begins with; empty where nothing is certain. Only a pattern that has a slash before its end
 * is bound to the top of the tree. Plain ASCII only: its last character is then followed by another one, which ends the range of such paths.
 */
export const literalPrefix = (pattern: string): string => {
  // What begins so is a comment, takes back, or is a name by its spaces.
  if (/^[#!\s]/.test(pattern) || !/.\/.|^\/./.test(pattern.trimEnd())) return '';
  const anchored = pattern.startsWith('/') ? pattern.slice(1) : pattern;
  return /^[^*?[\]\\"\s\u0080-\uffff]*/.exec(anchored)?.[0] ?? '';
};

/** The first text after all that begin with the prefix. */
export const afterPrefix = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
