import { problemBody } from '../problem-body.ts';
import { indexedBranch, searchAllAnswer } from './examples.ts';

const { indexed_commit: commit, indexed_at, source_commit, source_seen_at, behind } = indexedBranch;

export const grepAnswer = {
  branch: 'main',
  commit,
  indexed_at,
  source_commit,
  source_seen_at,
  behind,
  matches: [
    {
      path: 'src/sync/lock.ts',
      language: 'typescript',
      line: 12,
      column: 14,
      text: 'export const claim = async (lock: Lock): Promise<Claim> => {',
      ranges: [[13, 18]],
    },
  ],
  not_searched: [
    { reason: 'lockfile', files: 1 },
    { reason: 'binary', files: 12 },
  ],
  warnings: [],
  next_cursor: null,
};

const { repositories, searched, not_searched, warnings } = searchAllAnswer;

export const grepAllAnswer = {
  matches: grepAnswer.matches.map((match) => ({ repository_id: 'repo-123', ...match })),
  repositories,
  searched,
  not_searched,
  warnings,
  next_cursor: null,
};

export const patternRefused = problemBody(
  400,
  'Bad request',
  'query.pattern: it is no RE2 expression: error parsing regexp: missing closing ): `claim(`',
  {
    errors: [
      {
        field: 'query.pattern',
        message: 'it is no RE2 expression: error parsing regexp: missing closing ): `claim(`',
      },
    ],
  },
);

export const branchMoved = problemBody(
  409,
  'Branch moved',
  `branch main is at ${commit} now, and the cursor is of another commit: start again without it`,
);
