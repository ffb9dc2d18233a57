import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Language, Parser, Query, QueryMatch, Tree } from 'web-tree-sitter';

/**
 * One instance of the tree-sitter WebAssembly runtime, with the grammars it has met. Its memory can only grow, and after an
 * exception thrown through it (memory exhausted, stack exhausted) its inner state is not to be trusted: drop it and open
 * another. That is why it is loaded through `require`: an ES module, and the one runtime inside it, would live for ever.
 */
export interface TreeSitterRuntime {
  /** Bytes of WebAssembly memory held. */
  memory(): number;
  /** Loads a grammar once. Throws when there is no such file, or it does not fit the runtime. */
  load(grammar: string): Promise<Language>;
  /**
   * Null when `expired` said so before the end; it is asked every 100 parser operations. Delete the tree.
   * Throws when the runtime has failed.
   */
  parse(language: Language, text: string, expired: () => boolean): Tree | null;
  /**
   * What a query finds in a tree, in the order of the text; null when `expired` said so before the end. Throws for what is no query of the language, and
   * when the runtime has failed.
   */
  query(language: Language, source: string, tree: Tree, expired: () => boolean): readonly QueryMatch[] | null;
}

/** What is used of the global of this name, which the configured `lib` does not declare. */
interface WasmGlobal {
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => WebAssembly.Module;
}
const wasm = (globalThis as unknown as { readonly WebAssembly: WasmGlobal }).WebAssembly;

const bytesPerPage = 65_536;
/** What tree-sitter asks for to begin with: 32 MiB. */
const initialPages = 512;

/** The folder of the grammars' `.wasm` files. */
export const defaultWasmDirectory = (): string =>
  join(createRequire(import.meta.url).resolve('@vscode/tree-sitter-wasm'), '..');

/** Of a query: an array of a million elements would otherwise begin as many matches. What is beyond is not found. */
const MATCHES_IN_PROGRESS = 4_096;

/** V8's flags (those of Node 24) for a module that its baseline compiler compiles, whole and at once, and that is never compiled again. */
const lightly = ['--no-wasm-lazy-compilation', '--no-wasm-dynamic-tiering', '--no-wasm-tier-up'];
const asBefore = ['--wasm-lazy-compilation', '--wasm-dynamic-tiering', '--wasm-tier-up'];

/**
 * A grammar's lexer is one huge function. The optimizing compiler takes 2 s and 260 MB for C++'s, and saves nothing that can be measured: the
 * time goes to the parser, a module of its own. The baseline compiler takes 2 to 10 ms a grammar, in this call, so that the flags,
 * which are the process's, change nothing else.
 */
const compileLightly = (bytes: Uint8Array): WebAssembly.Module => {
  for (const flag of lightly) setFlagsFromString(flag);
  try {
    return new wasm.Module(bytes);
  } finally {
    for (const flag of asBefore) setFlagsFromString(flag);
  }
};

/** Compiled once a process, whatever becomes of the runtimes. */
const modules = new Map<string, Promise<WebAssembly.Module>>();
const compiled = (file: string): Promise<WebAssembly.Module> => {
  const known = modules.get(file);
  if (known !== undefined) return known;
  const module = readFile(file).then(compileLightly);
  modules.set(file, module);
  // A file that could not be read now may be there the next time.
  module.catch(() => modules.delete(file));
  return module;
};

/** Opens a runtime of its own. `maxBytes` bounds its memory: beyond it, parsing throws. */
export const openTreeSitterRuntime = async (options: {
  readonly wasmDirectory: string;
  readonly maxBytes: number;
}): Promise<TreeSitterRuntime> => {
  // A `require` of its own: each keeps what it has loaded. The CommonJS file by its path: whether the package's name leads
  // to it depends on the conditions that Node was started with.
  const require = createRequire(import.meta.url);
  const file = join(require.resolve('web-tree-sitter/web-tree-sitter.wasm'), '../web-tree-sitter.cjs');
  Reflect.deleteProperty(require.cache, file);
  const { Parser, Language, Query } = require(file) as typeof import('web-tree-sitter');
  Reflect.deleteProperty(require.cache, file);
  const memory = new wasm.Memory({
    initial: initialPages,
    maximum: Math.max(initialPages, Math.ceil(options.maxBytes / bytesPerPage)),
  });
  // It would print to the console what it throws as well.
  await Parser.init({ wasmMemory: memory, print: () => undefined, printErr: () => undefined });

  const languages = new Map<string, Promise<Language>>();
  const parsers = new Map<Language, Parser>();
  const queries = new Map<Language, Map<string, Query>>();
  return {
    memory: () => memory.buffer.byteLength,
    load: (grammar) => {
      const known = languages.get(grammar);
      if (known !== undefined) return known;
      const language = compiled(join(options.wasmDirectory, `tree-sitter-${grammar}.wasm`)).then((module) =>
        Language.loadSync(module),
      );
      languages.set(grammar, language);
      language.catch(() => languages.delete(grammar));
      return language;
    },
    parse: (language, text, expired) => {
      let parser = parsers.get(language);
      if (parser === undefined) {
        parser = new Parser().setLanguage(language);
        parsers.set(language, parser);
      }
      const tree = parser.parse(text, null, { progressCallback: expired });
      // Otherwise the next parse would continue where this one was stopped.
      if (tree === null) parser.reset();
      return tree;
    },
    query: (language, source, tree, expired) => {
      const ofLanguage = queries.get(language) ?? new Map<string, Query>();
      queries.set(language, ofLanguage);
      const query = ofLanguage.get(source) ?? new Query(language, source);
      ofLanguage.set(source, query);
      let isOver = false;
      const matches = query.matches(tree.rootNode, {
        matchLimit: MATCHES_IN_PROGRESS,
        // Its type says that it answers nothing; it ends the search by `true`.
        progressCallback: () => {
          isOver ||= expired();
          return isOver;
        },
      });
      return isOver ? null : matches;
    },
  };
};
