import { languageOf } from '../../../core/domain/languages.ts';
import type { NamePlace } from '../../../core/domain/name-place.ts';
import { own } from '../../../core/domain/own.ts';
import type { FileSymbols, SymbolExtractor } from '../../../core/ports/symbol-extractor.ts';
import { grammarOf } from '../grammars.ts';
import { defaultWasmDirectory, openTreeSitterRuntime, type TreeSitterRuntime } from '../tree-sitter-runtime.ts';
import { definitionsOf, MOST_DEFINITIONS } from './definitions-of.ts';
import { goPlace, goReserved } from './places/go.ts';
import { javaPlace } from './places/java.ts';
import { javascriptPlace } from './places/javascript.ts';
import { pythonPlace, pythonReserved } from './places/python.ts';
import { cpp } from './queries/c-family.ts';
import { cSharp } from './queries/c-sharp.ts';
import { go } from './queries/go.ts';
import { java } from './queries/java.ts';
import { javascript, typescript } from './queries/javascript.ts';
import { php } from './queries/php.ts';
import { python } from './queries/python.ts';
import { ruby } from './queries/ruby.ts';
import { rust } from './queries/rust.ts';
import { bash, powershell } from './queries/shells.ts';

interface Syntax {
  readonly query: string;
  readonly place: NamePlace | null;
  /** What is never a name, though a parse of wrong syntax may make one of it. */
  readonly reserved?: ReadonlySet<string>;
}

/** Where a sign is that stands between a name and what uses it, and never before one that is defined. C# (`void IShop.Open()`) and Ruby (`def self.open`) have none. */
const notAfter =
  (sign: string): NamePlace =>
  (text, from) =>
    text.charAt(from - 1) !== sign;

/** By grammar. */
const syntaxes: Readonly<Record<string, Syntax>> = {
  bash: { query: bash, place: null },
  'c-sharp': { query: cSharp, place: null },
  cpp: { query: cpp, place: notAfter('.') },
  go: { query: go, place: goPlace, reserved: goReserved },
  java: { query: java, place: javaPlace },
  javascript: { query: javascript, place: javascriptPlace },
  php: { query: php, place: notAfter('>') },
  powershell: { query: powershell, place: null },
  python: { query: python, place: pythonPlace, reserved: pythonReserved },
  ruby: { query: ruby, place: null },
  rust: { query: rust, place: notAfter('.') },
  tsx: { query: typescript, place: javascriptPlace },
  typescript: { query: typescript, place: javascriptPlace },
};

/** Ids of the languages that these grammars are for. */
const languages = [
  'c',
  'c#',
  'c++',
  'go',
  'java',
  'javascript',
  'php',
  'powershell',
  'python',
  'ruby',
  'rust',
  'shell',
  'typescript',
];

export interface TreeSitterSymbolsOptions {
  /** Where the grammars' `.wasm` files are; by default where @vscode/tree-sitter-wasm is installed. */
  readonly wasmDirectory?: string;
  /** Longer texts (UTF-16 units) are not parsed. */
  readonly maxLength?: number;
  /** For one text, parsed and looked through. */
  readonly maxMilliseconds?: number;
  /** A runtime that holds more memory than this after a text is replaced, in bytes. */
  readonly recycleBytes?: number;
  /** A runtime never holds more than this, in bytes. */
  readonly maxBytes?: number;
  /** Milliseconds, growing. */
  readonly now?: () => number;
}

const mebibyte = 1024 * 1024;

/** Definitions by tree-sitter's tags queries. */
export const createTreeSitterSymbols = (options: TreeSitterSymbolsOptions = {}): SymbolExtractor => {
  const maxLength = options.maxLength ?? mebibyte;
  const maxMilliseconds = options.maxMilliseconds ?? 1000;
  const recycleBytes = options.recycleBytes ?? 128 * mebibyte;
  const maxBytes = options.maxBytes ?? 384 * mebibyte;
  const now = options.now ?? (() => performance.now());
  let runtime: Promise<TreeSitterRuntime> | null = null;

  const syntaxOf = (path: string): Syntax | undefined => {
    const grammar = grammarOf(path);
    return grammar === null || !languages.includes(languageOf(path) ?? '') ? undefined : own(syntaxes, grammar);
  };

  const parse = async (grammar: string, { query, reserved }: Syntax, text: string): Promise<FileSymbols> => {
    runtime ??= openTreeSitterRuntime({ wasmDirectory: options.wasmDirectory ?? defaultWasmDirectory(), maxBytes });
    const mine = runtime;
    const forget = (): void => {
      if (runtime === mine) runtime = null;
    };
    try {
      const opened = await mine;
      const language = await opened.load(grammar);
      const deadline = now() + maxMilliseconds;
      let steps = 0;
      // A step takes 30 to 90 µs.
      const expired = () => ++steps % 16 === 0 && now() > deadline;
      const tree = opened.parse(language, text, expired);
      try {
        const matches = tree === null ? null : opened.query(language, query, tree, expired);
        if (matches === null) return { definitions: [], notParsed: 'time' };
        if (matches.length > 2 * MOST_DEFINITIONS) return { definitions: [], notParsed: 'size' };
        const definitions = definitionsOf(text, matches);
        return {
          definitions: reserved === undefined ? definitions : definitions.filter(({ name }) => !reserved.has(name)),
        };
      } finally {
        tree?.delete();
        if (opened.memory() > recycleBytes) forget();
      }
    } catch {
      // Out of memory, out of stack: the runtime is not to be trusted any more.
      forget();
      return { definitions: [], notParsed: 'failed' };
    }
  };

  return {
    languages,
    covers: (path) => syntaxOf(path) !== undefined,
    placesIn: (path) => syntaxOf(path)?.place ?? null,
    definitionsIn: async (path, text) => {
      const [grammar, syntax] = [grammarOf(path), syntaxOf(path)];
      if (grammar === null || syntax === undefined) return { definitions: [] };
      if (text.length > maxLength) return { definitions: [], notParsed: 'size' };
      return parse(grammar, syntax, text);
    },
  };
};
