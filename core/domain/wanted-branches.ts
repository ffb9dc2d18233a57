/** As many names are kept; a sync asks for 100 at most. */
const AT_MOST = 200;

/**
 * Branches that a sync was asked for and that have no index yet: a push to one of them is followed, also while that sync
 * runs or after it has failed. The newest last.
 */
export const wantedBranches = (
  wanted: readonly string[],
  asked: readonly string[],
  indexed: Readonly<Record<string, unknown>>,
): readonly string[] => {
  const named = asked.filter((name) => name !== 'current');
  const names = [...wanted.filter((name) => !named.includes(name)), ...new Set(named)];
  return names.filter((name) => !Object.hasOwn(indexed, name)).slice(-AT_MOST);
};
