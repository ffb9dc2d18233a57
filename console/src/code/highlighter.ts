import { common, createLowlight } from 'lowlight';

/** The grammars of common languages: loaded when the first code is shown. */
const lowlight = createLowlight(common);

/** What the service calls a language, where the grammars call it otherwise. */
const names = new Map([
  ['objective-c', 'objectivec'],
  ['batchfile', 'plaintext'],
  ['shell', 'bash'],
  ['vue', 'xml'],
  ['svelte', 'xml'],
]);

export interface Token {
  readonly text: string;
  /** Of the grammar, such as `hljs-keyword`; empty for plain text. */
  readonly className: string;
}

/** The lines of a text, each as tokens; in one plain token a line where the language is not known. */
export const tokenLines = (text: string, language: string | null): readonly (readonly Token[])[] => {
  const grammar = names.get(language ?? '') ?? language ?? '';
  const lines: Token[][] = [[]];
  const add = (value: string, className: string): void => {
    for (const [n, part] of value.split('\n').entries()) {
      if (n > 0) lines.push([]);
      if (part !== '') lines.at(-1)?.push({ text: part, className });
    }
  };
  if (!lowlight.registered(grammar)) add(text, '');
  else walk(lowlight.highlight(grammar, text).children, '', add);
  return lines;
};

type Nodes = ReturnType<typeof lowlight.highlight>['children'];

const walk = (nodes: Nodes, className: string, add: (text: string, className: string) => void): void => {
  for (const node of nodes) {
    if (node.type === 'text') add(node.value, className);
    if (node.type === 'element') {
      const own = node.properties.className;
      walk(node.children as Nodes, Array.isArray(own) ? own.join(' ') : className, add);
    }
  }
};
