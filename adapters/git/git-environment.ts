import { devNull } from 'node:os';

/** One git setting: its dotted name and its value. */
export type GitSetting = readonly [name: string, value: string];

/**
 * Complaints of fsck that many honest repositories have in their history, about nothing that is read here:
 * dates, e-mail addresses, padded modes and the content of .gitmodules (submodules are never followed).
 * Malformed trees stay errors.
 */
const harmlessComplaints = [
  'badDate',
  'badDateOverflow',
  'badEmail',
  'badName',
  'badTimezone',
  'gitmodulesMissing',
  'gitmodulesName',
  'gitmodulesParse',
  'gitmodulesPath',
  'gitmodulesUpdate',
  'gitmodulesUrl',
  'missingEmail',
  'missingNameBeforeEmail',
  'missingSpaceBeforeDate',
  'missingSpaceBeforeEmail',
  'missingTaggerEntry',
  'multipleAuthors',
  'nulInCommit',
  'zeroPaddedDate',
  'zeroPaddedFilemode',
];

/** What holds for every git process. Each line closes one way out: see "Guard every call" in docs/architecture.md. */
const guards: readonly GitSetting[] = [
  ['core.hooksPath', devNull],
  // What it writes is temporary: each sync of the disk would take as long as the packs of a small sync otherwise do.
  ['core.fsync', 'none'],
  ['core.fsmonitor', 'false'],
  ['credential.helper', ''],
  ['fetch.fsckObjects', 'true'],
  ['transfer.fsckObjects', 'true'],
  ...harmlessComplaints.map((id): GitSetting => [`fetch.fsck.${id}`, 'ignore']),
  ['fetch.negotiationAlgorithm', 'noop'],
  ['fetch.recurseSubmodules', 'false'],
  ['fetch.writeCommitGraph', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['http.followRedirects', 'false'],
  // For systems without /proc; elsewhere the limits of stall-watch.ts are shorter, and see more.
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', '60'],
  // Up to some 300,000 wanted blobs go in one plain request; larger ones are sent in chunks, which some servers refuse.
  ['http.postBuffer', '16777216'],
  ['protocol.version', '2'],
  ['submodule.recurse', 'false'],
  ['transfer.bundleURI', 'false'],
  ['transfer.credentialsInUrl', 'die'],
  // Small packs are kept too: a hundred loose files are slower than one pack.
  ['transfer.unpackLimit', '1'],
];

/**
 * The whole environment of a git process. Nothing of ours is inherited but PATH and the CA file, so neither a proxy, nor a
 * credential, nor a user's configuration reaches git.
 *
 * @param place `home` is an empty directory; `gitDir` the repository.
 * @param protocol the only transport that git may use; null: none, and so nothing can be fetched lazily either.
 */
export const gitEnvironment = (
  place: { readonly home: string; readonly gitDir: string },
  protocol: 'https' | 'http' | 'file' | null,
  settings: readonly GitSetting[] = [],
): Record<string, string> => {
  const all = [...guards, ...settings];
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: place.home,
    XDG_CONFIG_HOME: place.home,
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_DIR: place.gitDir,
    GIT_ALLOW_PROTOCOL: protocol ?? '',
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'false',
    SSH_ASKPASS: 'false',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_SYSTEM: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_CONFIG_COUNT: String(all.length),
  };
  const authorities = process.env.GIT_SSL_CAINFO;
  if (authorities !== undefined) environment.GIT_SSL_CAINFO = authorities;
  all.forEach(([name, value], at) => {
    environment[`GIT_CONFIG_KEY_${at}`] = name;
    environment[`GIT_CONFIG_VALUE_${at}`] = value;
  });
  return environment;
};
