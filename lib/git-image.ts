import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildResult, buildSync } from 'esbuild';
import { gitFunctions } from '../core/contract/environment.ts';
import { bundling } from './bundling.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What the image is made from: AWS's own for Node 24 on arm64, by its digest, so that the same commit has the same base on any
 * day. When and how to replace it: docs/deploy.md, "The image with git".
 */
export const gitImageBase =
  'public.ecr.aws/lambda/nodejs:24-arm64@sha256:f04cd4c199f7237792c112ac4bb71e41fb0f51bf975e03103854d94b4ea1b5ac';

/**
 * Calls `use` with a folder of all that Docker needs: the Dockerfile and the functions, bundled here as all others are. The folder is
 * gone afterwards: CDK has copied it by then.
 */
export const withGitImage = <T>(options: { readonly bundle: boolean }, use: (directory: string) => T): T => {
  const directory = mkdtempSync(join(tmpdir(), 'repository-sync-image-'));
  try {
    copyFileSync(join(root, 'lambdas/git.Dockerfile'), join(directory, 'Dockerfile'));
    for (const { path, contents } of options.bundle ? gitBundles() : []) {
      const target = join(directory, 'functions', path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, contents);
    }
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
};

interface BundledFile {
  /** Such as `pull/handler.mjs`. */
  readonly path: string;
  readonly contents: Uint8Array;
}

let built: readonly BundledFile[] | null = null;

/** Built once for all functions and stages. In memory: a source map names its sources from where the bundle is, on every machine alike. */
export const gitBundles = (): readonly BundledFile[] => {
  if (built !== null) return built;
  const outdir = join(root, 'bundle');
  const { sourceMap, ...options } = bundling;
  const { outputFiles }: BuildResult<{ write: false }> = buildSync({
    ...options,
    sourcemap: sourceMap,
    mainFields: [...bundling.mainFields],
    banner: { js: bundling.banner },
    absWorkingDir: root,
    entryPoints: gitFunctions.map((name) => `lambdas/${name}/handler.ts`),
    bundle: true,
    platform: 'node',
    format: 'esm',
    outbase: 'lambdas',
    outdir,
    outExtension: { '.js': '.mjs' },
    write: false,
    logLevel: 'warning',
  });
  built = outputFiles.map(({ path, contents }) => ({ path: relative(outdir, path), contents }));
  return built;
};
