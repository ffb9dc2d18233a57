import type { Language } from 'web-tree-sitter';
import { planLayout, planLines, planMarkdown, planSyntax, planVersion } from '../../core/chunking/chunk-plan.ts';
import { languageOf } from '../../core/domain/languages.ts';
import type { Chunk, Chunker } from '../../core/ports/chunker.ts';
import type { FileWatch } from '../../core/ports/file-watch.ts';
import { grammarOf, layoutGrammars } from './grammars.ts';
import { defaultWasmDirectory, openTreeSitterRuntime, type TreeSitterRuntime } from './tree-sitter-runtime.ts';

/** The grammars' package version: other grammars may give other trees. */
const grammarsVersion = '0.3.1';

export interface TreeSitterChunkerOptions {
  /** Where the grammars' `.wasm` files are; by default where @vscode/tree-sitter-wasm is installed. */
  readonly wasmDirectory?: string;
  /** Longer texts (UTF-16 units) are cut as lines. */
  readonly maxLength?: number;
  /** Parser operations a text, in hundreds. Counted and not timed, so that a slow machine cuts where a fast one does. */
  readonly maxSteps?: number;
  /** For machines so slow that the count above takes too long. */
  readonly maxMilliseconds?: number;
  /** A runtime that holds more memory than this after a text is replaced, in bytes. */
  readonly recycleBytes?: number;
  /** A runtime never holds more than this: a text that needs more is cut as lines. Bytes. */
  readonly maxBytes?: number;
  /** Learns which file is worked on. */
  readonly fileWatch?: FileWatch;
  /** Milliseconds, growing. */
  readonly now?: () => number;
}

const mebibyte = 1024 * 1024;

/**
 * Splits along the syntax tree where a grammar is known and the layout does not tell as much, Markdown along its headings, all
 * else as lines, and so it does with what cannot be parsed within the limits. Calls are taken one after the other: there is one parser.
 * A call blocks its thread for as long as a parse takes: 0.4 s for 1 MiB of TypeScript (measured: 2.5–3.5 MB/s a core).
 */
export const createTreeSitterChunker = (options: TreeSitterChunkerOptions = {}): Chunker => {
  const maxLength = options.maxLength ?? mebibyte;
  // A step takes 30–90 µs here: 1 s or so. 1 MiB of ordinary code needs 3,000 to 12,000.
  const maxSteps = options.maxSteps ?? 20_000;
  const maxMilliseconds = options.maxMilliseconds ?? 3000;
  const recycleBytes = options.recycleBytes ?? 128 * mebibyte;
  const maxBytes = options.maxBytes ?? 384 * mebibyte;
  const watched: FileWatch['run'] = options.fileWatch?.run ?? ((_, compute) => compute());
  const now = options.now ?? (() => performance.now());

  let wasmDirectory = options.wasmDirectory;
  let runtime: Promise<TreeSitterRuntime> | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  const parseAndPlan = (opened: TreeSitterRuntime, language: Language, text: string): readonly Chunk[] | null => {
    const deadline = now() + maxMilliseconds;
    let steps = 0;
    const tree = opened.parse(language, text, () => {
      steps += 1;
      return steps > maxSteps || (steps % 64 === 0 && now() > deadline);
    });
    try {
      return tree === null ? null : planSyntax(text, tree.rootNode);
    } finally {
      tree?.delete();
      if (opened.memory() > recycleBytes) runtime = null;
    }
  };

  const bySyntax = async (
    wasmDirectory: string,
    grammar: string,
    path: string,
    text: string,
  ): Promise<readonly Chunk[] | null> => {
    try {
      runtime ??= openTreeSitterRuntime({ wasmDirectory, maxBytes });
      const opened = await runtime;
      const language = await opened.load(grammar);
      return watched(path, () => parseAndPlan(opened, language, text));
    } catch {
      // Out of memory, out of stack, a grammar that is not there: the text is still worth finding. The runtime is not kept.
      runtime = null;
      return null;
    }
  };

  return {
    version: `ts-${grammarsVersion}+${planVersion}`,
    chunk: async (path, text) => {
      if (languageOf(path) === 'markdown') return watched(path, () => planMarkdown(text));
      const grammar = grammarOf(path);
      if (grammar === null || text.length > maxLength) return watched(path, () => planLines(text));
      const laidOut = watched(path, () => planLayout(text, layoutGrammars.has(grammar)));
      if (laidOut !== null) return laidOut;
      // Not before it is needed: who wants the version only need not have the packages. Without them nothing is cut, and this
      // throws, rather than that a whole index is made of line windows.
      wasmDirectory ??= defaultWasmDirectory();
      const directory = wasmDirectory;
      const mine = turn.then(() => bySyntax(directory, grammar, path, text));
      turn = mine;
      return (await mine) ?? watched(path, () => planLines(text));
    },
    // A parse that is under way keeps its own.
    release: () => {
      runtime = null;
    },
  };
};
