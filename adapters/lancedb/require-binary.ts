import { createRequire } from 'node:module';

/** The index's library is not installed for this platform. The message says what to do. */
export class NoIndexLibraryError extends Error {
  override readonly name = 'NoIndexLibraryError';
}

interface Platform {
  readonly platform: string;
  readonly arch: string;
}

/** What LanceDB is compiled for; on Linux once for each C library. A test holds it to the package's own list. */
export const compiledFor = [
  'darwin-arm64',
  'linux-arm64-gnu',
  'linux-arm64-musl',
  'linux-x64-gnu',
  'linux-x64-musl',
  'win32-arm64-msvc',
  'win32-x64-msvc',
] as const;

/**
 * Makes sure that LanceDB has its compiled part: npm leaves it out without a word where a platform has none, or where optional dependencies were not wanted. Without
 * this the first sync would tell it, by the name of a file. Throws NoIndexLibraryError.
 */
export const requireIndexLibrary = (on: Platform = process): void => {
  const require = createRequire(import.meta.url);
  const own = `${on.platform}-${on.arch}`;
  const binaries = compiledFor
    .filter((target) => target === own || target.startsWith(`${own}-`))
    .map((target) => `@lancedb/lancedb-${target}`);
  const isThere = (name: string): boolean => {
    try {
      require.resolve(name);
      return true;
    } catch {
      return false;
    }
  };
  if (binaries.some(isThere)) return;
  const here = `${on.platform} on ${on.arch}`;
  throw new NoIndexLibraryError(
    binaries.length === 0
      ? `the search index has no library for ${here}: run the service on Linux (x64 or arm64) or on macOS with Apple silicon, or in its container (docs/deploy.md)`
      : `the search index’s library for ${here} is not installed: run npm ci without --omit=optional, from a registry that has ${binaries.join(' or ')}`,
  );
};
