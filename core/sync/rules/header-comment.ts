/** Linguist reads as many of Go. */
const headerLines = 40;

/** A comment that its line opens and another one ends: the mark that ends it. */
const blocks: readonly (readonly [opens: RegExp, closes: string])[] = [
  [/^\/\*/, '*/'],
  [/^<!--/, '-->'],
  [/^\(\*/, '*)'],
  [/^\{-/, '-}'],
  [/^--\[\[/, ']]'],
  [/^[rRuU]?"""/, '"""'],
  [/^[rRuU]?'''/, "'''"],
];

/** A line that can only be a comment, in any of the usual languages. */
const commentLine = /^(?:\/\/|#|--|;|%|rem\b|@rem\b|dnl\b|'|"(?= ))/i;
/** Lines that come before a header's comment, and are neither. */
const beforeHeader = /^(?:$|#!|<\?|<!doctype\b|---$|%YAML|@echo\b|package [\w.]+;?$|(['"])use strict\1;?$)/i;
/** What marks a line as comment, and not as its text. */
const leader = /^(?:[\s/*#;%!'"<({-]|--|rem\b|@rem\b|dnl\b)+/i;
const trailer = /(?:\*\/|-->|\*\)|-\}|\]\]|"""|'''|[\s*/#-])+$/;

/** The text of the comments that are before a file's first line of code, line by line, without the marks of the comment. */
export const headerComment = (head: string): readonly string[] => {
  const texts: string[] = [];
  let closes: string | null = null;
  for (const line of head.split('\n', headerLines)) {
    const text = line.trim();
    if (closes !== null) {
      texts.push(textOf(text));
      if (text.includes(closes)) closes = null;
      continue;
    }
    const block = blocks.find(([opens]) => opens.test(text));
    if (block !== undefined) {
      const [opens, end] = block;
      texts.push(textOf(text));
      if (!text.replace(opens, '').includes(end)) closes = end;
    } else if (commentLine.test(text)) texts.push(textOf(text));
    else if (!beforeHeader.test(text)) break;
  }
  return texts;
};

const textOf = (line: string): string => line.replace(leader, '').replace(trailer, '');
