/**
 * A matcher for one pattern of a .gitattributes file, as gitattributes(5) says: gitignore's wildcards, but a pattern that
 * matches a directory does not match what is below it. A pattern without a slash matches names, others match paths
 * relative to the file's own directory. Pattern and paths are bytes, each as one character. Null for a pattern that can
 * never match.
 */
export const attributePattern = (pattern: string): ((relativePath: string, name: string) => boolean) | null => {
  if (pattern.startsWith('!') || pattern.endsWith('/')) return null;
  const byName = !pattern.includes('/');
  const extension = /^\*(\.[\w.-]+)$/.exec(pattern)?.[1];
  if (extension !== undefined) return (_path, name) => name.endsWith(extension);
  const source = wildcards(pattern.replace(/^\//, ''));
  if (source === null) return null;
  const expression = new RegExp(`^${source}$`, 's');
  return byName ? (_path, name) => expression.test(name) : (path) => expression.test(path);
};

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
const member = (text: string): string => text.replace(/[\\^[\]-]/g, '\\$&');

/** Git's wildmatch as a regular expression; null when a bracket is not closed. */
const wildcards = (pattern: string): string | null => {
  let out = '';
  for (let at = 0; at < pattern.length; ) {
    const rest = pattern.slice(at);
    const [token, source] = nextToken(rest, at === 0 || pattern[at - 1] === '/');
    if (source === null) return null;
    out += source;
    at += token.length;
  }
  return out;
};

const nextToken = (rest: string, afterSlash: boolean): readonly [token: string, source: string | null] => {
  if (afterSlash && rest.startsWith('**/')) return ['**/', '(?:.*/)?'];
  if (afterSlash && rest === '**') return ['**', '.+'];
  const stars = /^\*+/.exec(rest)?.[0];
  if (stars !== undefined) return [stars, '[^/]*'];
  if (rest.startsWith('?')) return ['?', '[^/]'];
  if (rest.startsWith('[')) return bracket(rest);
  if (rest.startsWith('\\')) {
    const escaped = rest.charAt(1);
    return [rest.slice(0, 2), escaped === '' ? null : literal(escaped)];
  }
  const char = rest.charAt(0);
  return [char, literal(char)];
};

const classes: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/** `[a-z]`, `[!a]`, `[[:digit:]]`; a closing bracket that stands first is a member. */
const bracket = (rest: string): readonly [string, string | null] => {
  const match = /^\[([!^]?)(\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*)\]/s.exec(rest);
  if (match === null) return [rest, null];
  const [token, negated, body = ''] = match;
  const members = body.replace(/\[:([a-z]+):\]|\\(.)|(.)-(.)|(.)/gs, (_all, name, escaped, low, high, single) => {
    if (name !== undefined) return classes[name] ?? '';
    if (low !== undefined) return low <= high ? `${member(low)}-${member(high)}` : '';
    return member(escaped ?? single);
  });
  return [token, negated === '' ? `(?!/)[${members}]` : `(?!/)[^${members}]`];
};
