import type { GitSource, Visit } from '../../core/ports/git-source.ts';

/** The same source, asked as the pull step asks it: heads first, and what follows in the same visit. */
export const inVisits = (git: GitSource): GitSource => ({
  ...git,
  heads: async (source, options = {}) => {
    const visit: Visit = {};
    try {
      return await git.heads(source, { ...options, visit });
    } finally {
      await visit.held?.close();
    }
  },
  open: async (source, heads, options = {}) => {
    const visit: Visit = {};
    try {
      await git.heads(source, { ...options, visit });
      return await git.open(source, heads, { ...options, visit });
    } finally {
      await visit.held?.close();
    }
  },
});
