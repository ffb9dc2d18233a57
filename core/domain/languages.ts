import { own } from './own.ts';

/** Language id to the file-name endings that mean it (after the last dot, lower case). Ids are linguist's names in lower case. */
const extensionsByLanguage = {
  asciidoc: 'adoc asciidoc',
  assembly: 'asm s',
  batchfile: 'bat cmd',
  c: 'c h',
  clojure: 'clj cljc cljs edn',
  cmake: 'cmake',
  'c++': 'cc cpp cxx c++ hh hpp hxx inl ipp',
  'c#': 'cs csx',
  css: 'css',
  csv: 'csv tsv',
  dart: 'dart',
  diff: 'diff patch',
  elixir: 'ex exs',
  elm: 'elm',
  erlang: 'erl hrl',
  'f#': 'fs fsi fsx',
  go: 'go',
  graphql: 'gql graphql',
  groovy: 'groovy gradle',
  haskell: 'hs lhs',
  hcl: 'hcl tf tfvars',
  html: 'htm html xhtml',
  ini: 'cfg conf editorconfig ini properties',
  java: 'java',
  javascript: 'cjs es6 js jsx mjs',
  json: 'json json5 jsonc jsonl ndjson webmanifest',
  julia: 'jl',
  kotlin: 'kt kts',
  less: 'less',
  lua: 'lua',
  makefile: 'mak mk',
  markdown: 'markdown md mdown mdx',
  nix: 'nix',
  'objective-c': 'm mm',
  ocaml: 'ml mli',
  perl: 'pl pm',
  php: 'php phtml',
  powershell: 'ps1 psd1 psm1',
  'protocol buffer': 'proto',
  python: 'py pyi pyw',
  r: 'r rmd',
  restructuredtext: 'rst',
  ruby: 'gemspec rake rb ru',
  rust: 'rs',
  scala: 'sc scala',
  scss: 'sass scss',
  shell: 'bash ksh sh zsh',
  solidity: 'sol',
  sql: 'sql',
  starlark: 'bzl star',
  svelte: 'svelte',
  swift: 'swift',
  tex: 'sty tex',
  text: 'text txt',
  toml: 'toml',
  typescript: 'cts mts ts tsx',
  'visual basic': 'bas vb vbs',
  vue: 'vue',
  xml: 'csproj plist svg xml xsd xsl xslt',
  yaml: 'yaml yml',
  zig: 'zig',
} as const;

export type Language = keyof typeof extensionsByLanguage | 'dockerfile';

/** Whole file names (lower case) that tell the language where no ending does. */
const languageByName: Readonly<Record<string, Language>> = {
  '.babelrc': 'json',
  '.bash_profile': 'shell',
  '.bashrc': 'shell',
  '.eslintrc': 'json',
  '.gitconfig': 'ini',
  '.npmrc': 'ini',
  '.prettierrc': 'yaml',
  '.profile': 'shell',
  '.zshrc': 'shell',
  brewfile: 'ruby',
  build: 'starlark',
  'cmakelists.txt': 'cmake',
  containerfile: 'dockerfile',
  dockerfile: 'dockerfile',
  gemfile: 'ruby',
  gnumakefile: 'makefile',
  jenkinsfile: 'groovy',
  makefile: 'makefile',
  pipfile: 'toml',
  podfile: 'ruby',
  rakefile: 'ruby',
  vagrantfile: 'ruby',
  workspace: 'starlark',
};

const languageByExtension: ReadonlyMap<string, Language> = new Map(
  Object.entries(extensionsByLanguage).flatMap(([language, extensions]) =>
    extensions.split(' ').map((extension) => [extension, language as Language] as const),
  ),
);

/** Other names that people give languages, beside the endings of their files. */
const languageByAlias: Readonly<Record<string, Language>> = {
  'c-sharp': 'c#',
  console: 'shell',
  cplusplus: 'c++',
  csharp: 'c#',
  fsharp: 'f#',
  golang: 'go',
  js: 'javascript',
  make: 'makefile',
  objc: 'objective-c',
  objectivec: 'objective-c',
  protobuf: 'protocol buffer',
  rst: 'restructuredtext',
  terraform: 'hcl',
  vb: 'visual basic',
};

/** Ids of all languages, in order. */
export const languages: readonly Language[] = (
  ['dockerfile', ...Object.keys(extensionsByLanguage)] as Language[]
).sort();

/** The language that a user means: its id, another name of it or an ending of its files, in any case. Null: there is none. */
export const languageNamed = (name: string): Language | null => {
  const lowered = name.toLowerCase();
  const known = languages.find((language) => language === lowered);
  return known ?? own(languageByAlias, lowered) ?? languageByExtension.get(lowered) ?? null;
};

/** The last component of a path. A path that git quotes, as a manifest has one with a quote, a tab or bytes that are not UTF-8, ends with a quote. */
export const fileNameOf = (path: string): string =>
  path.slice(path.lastIndexOf('/') + 1, path.startsWith('"') && path.endsWith('"') && path.length > 1 ? -1 : undefined);

/** What stands after the file name's last dot, in lower case; empty where there is no dot. */
export const extensionOf = (path: string): string => {
  const name = fileNameOf(path);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
};

/** The language of a file by its path alone (`Dockerfile.dev` is a dockerfile too), or null when the path does not tell. */
export const languageOf = (path: string): Language | null => {
  const name = fileNameOf(path).toLowerCase();
  const named = own(languageByName, name);
  if (named !== undefined) return named;
  const language = languageByExtension.get(extensionOf(name));
  if (language !== undefined) return language;
  return name.startsWith('dockerfile.') ? 'dockerfile' : null;
};
