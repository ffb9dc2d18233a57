import { parse } from '@babel/parser';
import { fromMarkdown } from 'mdast-util-from-markdown';

/** One line of what people read in a file: of a paragraph, a comment or a message. */
export interface ProseLine {
  /** From 1. */
  readonly line: number;
  /** Code in it is `…`. */
  readonly text: string;
}

/** A paragraph, a comment or a message; a phrase may run over its lines. */
export type Passage = readonly ProseLine[];

export const proseOf = (path: string, text: string): readonly Passage[] =>
  path.endsWith('.md') ? markdownPassages(fromMarkdown(text)) : sourcePassages(text);

const passage = (line: number, text: string): Passage =>
  text.split('\n').map((each, index) => ({ line: line + index, text: each.replace(/`[^`]*`/g, '`…`') }));

interface MarkdownNode {
  readonly type: string;
  readonly value?: string;
  readonly position?: { readonly start: { readonly line: number } } | undefined;
  readonly children?: readonly MarkdownNode[];
}

const markdownPassages = ({ type, position, children = [] }: MarkdownNode): readonly Passage[] =>
  type === 'paragraph' || type === 'heading'
    ? [passage(position?.start.line ?? 1, children.map(markdownText).join(''))]
    : children.flatMap(markdownPassages);

const markdownText = ({ type, value, children = [] }: MarkdownNode): string => {
  // A link whose text is quoted names a test: a name, not prose.
  if (type === 'inlineCode' || (type === 'link' && children[0]?.value?.startsWith('"'))) return '`…`';
  return type === 'text' ? (value ?? '') : children.map(markdownText).join('');
};

/** A part of a file that babel has read. */
interface SourceNode {
  readonly type: string;
  readonly value: string;
  readonly loc: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
}

const sourcePassages = (text: string): readonly Passage[] => {
  const file = parse(text, { sourceType: 'module', plugins: ['typescript'] });
  const passages: ProseLine[][] = [];
  let last = 0;
  for (const comment of (file.comments ?? []) as SourceNode[]) {
    const { start, end } = comment.loc;
    const lines = passage(start.line, comment.value.replace(/\{@link (\w+)\}/g, '`$1`')).map(
      ({ line, text: each }) => ({
        line,
        text: each.replace(/^[\s*]*|\s+$/g, ''),
      }),
    );
    // Comments of one line each, one below the other, are one text.
    if (start.line === last + 1 && comment.type === 'CommentLine') passages.at(-1)?.push(...lines);
    else passages.push(lines);
    last = comment.type === 'CommentLine' ? end.line : 0;
  }
  return [...passages, ...messagesOf(file.program)];
};

/** Strings that are sentences; what a template puts in is `…`. */
const messagesOf = (node: unknown): readonly Passage[] => {
  if (Array.isArray(node)) return node.flatMap(messagesOf);
  if (!isNode(node)) return [];
  if (node.type === 'StringLiteral') return isSaid(node.value) ? [passage(node.loc.start.line, node.value)] : [];
  const inner = Object.entries(node).flatMap(([key, child]) => (key.endsWith('Comments') ? [] : messagesOf(child)));
  if (node.type !== 'TemplateLiteral') return inner;
  const { quasis } = node as unknown as { readonly quasis: readonly { readonly value: { readonly raw: string } }[] };
  const said = quasis.map(({ value }) => value.raw.replaceAll('\\`', '`')).join('…');
  return isSaid(said) ? [passage(node.loc.start.line, said), ...inner] : inner;
};

const isNode = (value: unknown): value is SourceNode => typeof value === 'object' && value !== null && 'type' in value;

const isSaid = (text: string): boolean => /[a-z] [a-z]/i.test(text);
