import { fromMarkdown } from 'mdast-util-from-markdown';

export interface MarkdownLink {
  /** From 1. */
  readonly line: number;
  readonly url: string;
  /** The text, where all of it is one code span; else null. */
  readonly code: string | null;
}

interface Node {
  readonly type: string;
  readonly url?: string;
  readonly value?: string;
  readonly position?: { readonly start: { readonly line: number } } | undefined;
  readonly children?: readonly Node[];
}

const all = (node: Node): readonly Node[] => [node, ...(node.children ?? []).flatMap(all)];

const textOf = ({ value = '', children = [] }: Node): string => value + children.map(textOf).join('');

/** A table is a paragraph to this reader, which knows no tables; the links in it are links all the same. */
export const linksOf = (markdown: string): readonly MarkdownLink[] =>
  all(fromMarkdown(markdown))
    .filter(({ type }) => type === 'link' || type === 'image' || type === 'definition')
    .map(({ url = '', position, children = [] }) => ({
      line: position?.start.line ?? 0,
      url,
      code: children.length === 1 && children[0]?.type === 'inlineCode' ? (children[0].value ?? null) : null,
    }));

/** The anchors of a page's headings, as GitHub makes them: letters, digits, `-` and `_`; the second of a name ends in `-1`. */
export const anchorsOf = (markdown: string): ReadonlySet<string> => {
  const anchors = new Set<string>();
  for (const heading of all(fromMarkdown(markdown)).filter(({ type }) => type === 'heading')) {
    const name = textOf(heading)
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-');
    let anchor = name;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${name}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
};
