/** How esbuild makes one file of a function: CDK's own words for it are in app-function.ts, the sizes in test/infra/bundles.test.ts. */
export const bundling = {
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  // Errors are retried by name (core/domain/errors.ts): esbuild must not rename their classes.
  keepNames: true,
  // Beside the code, without the sources themselves: stack traces name our files and lines.
  sourceMap: true,
  sourcesContent: false,
  // Some packages are CommonJS and call `require` for node's own modules.
  banner:
    "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
} as const;

/** What makes Node read the maps. It reads one when an error's stack is first asked for, not before. */
export const bundleEnvironment = { NODE_OPTIONS: '--enable-source-maps' } as const;
