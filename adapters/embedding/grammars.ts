import { extensionOf, type Language, languageOf } from '../../core/domain/languages.ts';

/** The grammars of @vscode/tree-sitter-wasm that stand for a language of files; `regex` is for inner use only. */
const grammarByLanguage: Partial<Record<Language, string>> = {
  c: 'cpp',
  'c++': 'cpp',
  'c#': 'c-sharp',
  css: 'css',
  go: 'go',
  ini: 'ini',
  java: 'java',
  javascript: 'javascript',
  php: 'php',
  powershell: 'powershell',
  python: 'python',
  ruby: 'ruby',
  rust: 'rust',
  shell: 'bash',
  typescript: 'typescript',
};

/** The grammar that a file is parsed with, as in `tree-sitter-<grammar>.wasm`; null when there is none. */
export const grammarOf = (path: string): string | null => {
  const language = languageOf(path);
  // TSX is a grammar of its own: `<T>x` is a cast in the one and an element in the other.
  if (extensionOf(path) === 'tsx') return 'tsx';
  return language === null ? null : (grammarByLanguage[language] ?? null);
};

/**
 * Grammars of languages whose brackets or indentation hold together what belongs together, so that the layout may tell
 * where to cut (chunk-layout). Where words do, as `end` does, only a parse knows.
 */
export const layoutGrammars: ReadonlySet<string> = new Set([
  'c-sharp',
  'cpp',
  'css',
  'go',
  'java',
  'javascript',
  'php',
  'python',
  'rust',
  'tsx',
  'typescript',
]);
