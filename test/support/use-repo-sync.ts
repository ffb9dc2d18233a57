import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Ran, type RunOptions, repoSync } from './repo-sync.ts';
import type { UsedWorld } from './use-world.ts';

export interface UsedRepoSync {
  /** The user's home directory, which goes with the file's tests. */
  readonly home: string;
  /** A command line of one who has logged in by the environment. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** What a command that succeeds answers with `--json`. */
  json<T>(args: readonly string[], options?: RunOptions): Promise<T>;
}

/** The command line, over the world of a file's tests. */
export const useRepoSync = (world: Pick<UsedWorld, 'server'>): UsedRepoSync => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'test-home-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));
  const run: UsedRepoSync['run'] = (args, options = {}) =>
    repoSync(args, {
      env: { HOME: home, REPO_SYNC_URL: world.server.url, REPO_SYNC_TOKEN: world.server.token },
      cwd: home,
      ...options,
    });
  return {
    get home() {
      return home;
    },
    run,
    json: async <T>(args: readonly string[], options?: RunOptions): Promise<T> => {
      const { code, out, err } = await run([...args, '--json'], options);
      expect([code, err]).toEqual([0, '']);
      return JSON.parse(out) as T;
    },
  };
};
