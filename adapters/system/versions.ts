import type { Versions } from '../../core/ports/versions.ts';
import manifest from '../../package.json' with { type: 'json' };

/** `git` is asked once; a git that cannot be asked has no version. */
export const createVersions = (git: () => Promise<string> = () => Promise.reject(new Error('no git'))): Versions => {
  let asked: Promise<string | null> | null = null;
  return {
    async read() {
      asked ??= git().catch(() => null);
      return { service: manifest.version, node: process.versions.node, git: await asked };
    },
  };
};
