/** Files that package managers write: long, and with nothing that users search for. */
const lockfileNames = new Set([
  '.terraform.lock.hcl',
  'Berksfile.lock',
  'Cargo.lock',
  'Cartfile.resolved',
  'Chart.lock',
  'Gemfile.lock',
  'Gopkg.lock',
  'MODULE.bazel.lock',
  'Package.resolved',
  'Pipfile.lock',
  'Podfile.lock',
  'buildscript-gradle.lockfile',
  'bun.lock',
  'bun.lockb',
  'cabal.project.freeze',
  'composer.lock',
  'conda-lock.yml',
  'deno.lock',
  'dub.selections.json',
  'flake.lock',
  'gems.locked',
  'glide.lock',
  'go.sum',
  'go.work.sum',
  'gradle.lockfile',
  'mix.lock',
  'npm-shrinkwrap.json',
  'package-lock.json',
  'packages.lock.json',
  'paket.lock',
  'pdm.lock',
  'pixi.lock',
  'pnpm-lock.yaml',
  'poetry.lock',
  'pubspec.lock',
  'rebar.lock',
  'renv.lock',
  'shard.lock',
  'spago.lock',
  'stack.yaml.lock',
  'uv.lock',
  'yarn.lock',
]);

/**
 * Names that only tools give: minifiers, bundlers, protobuf, code generators. What hand-written files are called too (`array-min.js`,
 * `world.map`, `is_generated.py`) is judged by its content: tools that use such names say so in the header.
 */
const generatedName = new RegExp(
  [
    String.raw`\.min\.(?:[cm]?js|css)$`,
    String.raw`\.(?:[cm]?[jt]sx?|css|dart|wasm)\.map$`,
    String.raw`\.tsbuildinfo$`,
    String.raw`^\.pnp\.(?:c?js|loader\.mjs)$`,
    String.raw`\.pb\.(?:go|cc|h|dart|swift)$`,
    String.raw`_pb2(?:_grpc)?\.pyi?$`,
    String.raw`_(?:grpc_)?pb\.(?:js|d\.ts)$`,
    String.raw`\.(?:g|freezed)\.dart$`,
    String.raw`\.(?:g|g\.i|designer|Designer)\.cs$`,
    String.raw`\.generated\.\w+$`,
    String.raw`^zz_generated\.`,
  ].join('|'),
);

/** Directories that tools fill: installed packages, caches, build output. `dist` and `build` are not: they hold sources too often. */
const generatedDirectory =
  /(?:^|\/)(?:node_modules|bower_components|__pycache__|\.next|\.nuxt|\.svelte-kit|\.gradle|\.dart_tool|\.yarn\/(?:cache|releases|unplugged))\//;

export const isLockfile = (name: string): boolean => lockfileNames.has(name);

export const isGeneratedByName = (path: string, name: string): boolean =>
  generatedName.test(name) || generatedDirectory.test(path);
