import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { UsageError } from './exit-codes.ts';

/** One deployment: where it is, and the token for it. */
export interface Profile {
  readonly url: string;
  readonly token: string;
}

export interface Profiles {
  /** The one that is used where none is named. */
  readonly current: string | null;
  readonly profiles: ReadonlyMap<string, Profile>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `$XDG_CONFIG_HOME/repo-sync/profiles.json`, by default below ~/.config. */
export const profilesPath = (env: Environment): string =>
  join(env.XDG_CONFIG_HOME ?? join(env.HOME ?? homedir(), '.config'), 'repo-sync', 'profiles.json');

/** Throws UsageError for a file that others may read, or that is damaged. */
export const readProfiles = async (env: Environment): Promise<Profiles> => {
  const path = profilesPath(env);
  const found = await stat(path).catch(() => null);
  if (found === null) return { current: null, profiles: new Map() };
  if ((found.mode & 0o077) !== 0)
    throw new UsageError(`${path} has tokens, and other users may read it: chmod 600 '${path}'`);
  const parsed = profilesIn(await readFile(path, 'utf8'));
  if (parsed === null) throw new UsageError(`${path} is damaged: remove it, and log in again with repo-sync login`);
  return parsed;
};

const profilesIn = (text: string): Profiles | null => {
  try {
    const { current, profiles } = JSON.parse(text) as { current?: unknown; profiles?: unknown };
    if (typeof profiles !== 'object' || profiles === null) return null;
    const entries = Object.entries(profiles as Record<string, Partial<Profile>>).map(([name, { url, token }]) => {
      if (typeof url !== 'string' || typeof token !== 'string') throw new TypeError(name);
      return [name, { url, token }] as const;
    });
    return { current: typeof current === 'string' ? current : null, profiles: new Map(entries) };
  } catch {
    return null;
  }
};

/** For its own user alone from its first byte on, and whole at every moment. */
export const writeProfiles = async (env: Environment, { current, profiles }: Profiles): Promise<void> => {
  const path = profilesPath(env);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify({ current, profiles: Object.fromEntries(profiles) }, null, 2)}\n`;
  const half = `${path}.${process.pid}.new`;
  await writeFile(half, text, { mode: 0o600 });
  await chmod(half, 0o600);
  await rename(half, path);
};

const PROFILE_NAME = /^[a-z0-9][a-z0-9._-]{0,39}$/;

export const profileName = (typed: string): string => {
  if (PROFILE_NAME.test(typed)) return typed;
  throw new UsageError(
    `profile ${JSON.stringify(typed)}: must be 1 to 40 lower-case letters, digits, dots, dashes and underscores`,
  );
};
