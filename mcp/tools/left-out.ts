/** What is said of repositories that were not searched: nothing where there are none. */
export const leftOutText = (
  left: readonly { readonly repository_id: string; readonly reason: string }[],
): readonly string[] => {
  if (left.length === 0) return [];
  const shown = left.slice(0, MOST_SHOWN).map(({ repository_id, reason }) => `${repository_id} (${reason})`);
  const more = left.length - shown.length;
  return [`Not searched: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`];
};

const MOST_SHOWN = 20;
