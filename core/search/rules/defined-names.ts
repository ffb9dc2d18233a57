import { codeTokens } from './code-tokens.ts';
import { rememberedStem } from './word-stem.ts';

/** Of a line no more is looked at: what defines something is at its beginning. */
const longestLine = 300;

const keyword =
  /(?:^|[^\w$.])(?:class|interface|struct|enum|trait|type|func|function|def|defp|defmodule|defmacro|defprotocol|object|fn|fun|module|namespace|protocol|record|typedef|newtype|data|instance|extension|union|mod|macro_rules!|define)\s+(?:\([^)]{0,80}\)\s*|<[^>]{0,80}>\s*)?(?:\w{1,60}(?:<[^>]{0,60}>)?(?:\.|::|#|:)){0,6}([A-Za-z_$][\w$]{0,60})/g;
const modifiers =
  /^\s*(?:(?:export|default|public|private|protected|internal|static|final|override|async|suspend|inline|open|const|let|var|val|local|pub|extern|virtual|abstract|readonly|declare|constexpr)\s+)+/;
const signature = /^[A-Za-z_$][\w$]{0,60}\s*::/;
/** What follows a name that a function is given to. */
const assignment = /[=:]\s*(?:async\s+)?(?:function\b|\()/g;
/** What begins a statement that looks like a function's head. */
const statement =
  /^(?:if|for|while|switch|return|else|do|case|catch|elif|elsif|unless|until|when|with|assert|require|include|import|use|throw|new|await|yield)\b/;
const nameAtEnd = /([A-Za-z_$][\w$]*)\s*$/;
const lastName = /([A-Za-z_$][\w$]*)[^\w$]*$/;

/** The names that a line of code defines, in any of the common languages, by its look alone: a few too many, and not all. */
export const namesDefinedIn = (text: string): readonly string[] => {
  const line = text.slice(0, longestLine);
  const names: (string | undefined)[] = [];
  // Not matchAll: it makes an expression anew for each line, which takes longer than to look for it.
  keyword.lastIndex = 0;
  for (let found = keyword.exec(line); found !== null; found = keyword.exec(line)) names.push(found[1]);
  assignment.lastIndex = 0;
  for (let found = assignment.exec(line); found !== null; found = assignment.exec(line))
    names.push(nameAtEnd.exec(line.slice(0, found.index))?.[1]);
  const modified = modifiers.exec(line)?.[0];
  if (modified !== undefined) {
    const rest = line.slice(modified.length);
    const end = rest.search(/[=(:;{]/);
    if (end > 0 && rest[end] !== ';') names.push(lastName.exec(rest.slice(0, end))?.[1]);
  } else if (/^[A-Za-z_]/.test(line) && !statement.test(line)) {
    // A function of C, of a shell, of JavaScript in a class: its name is before the first bracket, and the line goes on.
    const end = line.indexOf('(');
    if (end > 0 && /[{),]\s*$/.test(line)) names.push(nameAtEnd.exec(line.slice(0, end))?.[1]);
  }
  if (line.includes('::')) names.push(signature.exec(line)?.[0].split(/\s*::/)[0]);
  return names.filter((name) => name !== undefined);
};

/**
 * How much the name that a text defines and that comes nearest to the query has in common with it: the harmonic mean of the share of the
 * query's words that the name has, and of the share of its own words that are the query's. 0: none has any, 1: it is the query.
 */
export const definitionShare = (stems: ReadonlySet<string>): ((text: string) => number) => {
  // What is stemmed may have lost or changed its last letter.
  const beginnings = [...stems].map((stem) => (stem.length > 3 ? stem.replace(/[eiy]$/, '') : stem));
  if (beginnings.length === 0) return () => 0;
  const any = new RegExp(beginnings.join('|'), 'gi');
  const known = new Map<string, number>();
  const shareOf = (name: string): number => {
    let share = known.get(name);
    if (share === undefined) {
      const tokens = codeTokens(name);
      const parts = new Set((tokens.length > 1 ? tokens.slice(0, -1) : tokens).map(rememberedStem));
      const common = [...parts].filter((part) => stems.has(part)).length;
      share = common === 0 ? 0 : (2 * common) / (stems.size + parts.size);
      known.set(name, share);
    }
    return share;
  };
  return (text) => {
    let best = 0;
    any.lastIndex = 0;
    // Only lines with a word of the query can define a name that has one.
    for (let found = any.exec(text); found !== null; found = any.exec(text)) {
      const start = text.lastIndexOf('\n', found.index) + 1;
      const next = text.indexOf('\n', found.index);
      const end = next < 0 ? text.length : next;
      for (const name of namesDefinedIn(text.slice(start, end))) best = Math.max(best, shareOf(name));
      any.lastIndex = end;
    }
    return best;
  };
};
