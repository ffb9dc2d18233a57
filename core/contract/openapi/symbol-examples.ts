import { problemBody } from '../problem-body.ts';
import { indexedBranch, searchAllAnswer } from './examples.ts';

const { indexed_commit: commit, indexed_at, source_commit, source_seen_at, behind } = indexedBranch;
const fresh = { indexed_at, source_commit, source_seen_at, behind };

const definition = {
  name: 'release',
  kind: 'method',
  container: 'Lock',
  line: 31,
  start_line: 31,
  end_line: 38,
  signature: 'async release(): Promise<void> {',
} as const;
const symbol = { ...definition, path: 'src/lock.ts', language: 'typescript' };

export const symbolsAnswer = {
  branch: 'main',
  commit,
  ...fresh,
  symbols: [symbol],
  not_parsed: [{ path: 'src/generated/schema.ts', reason: 'size' }],
  not_searched: [{ reason: 'binary', files: 12 }],
  next_cursor: null,
};

export const outlineAnswer = {
  path: 'src/lock.ts',
  branch: 'main',
  commit,
  blob: '8f94139338f9404f26296befa88755fc2598c289',
  language: 'typescript',
  symbols: [
    {
      name: 'Lock',
      kind: 'class',
      container: null,
      line: 12,
      start_line: 12,
      end_line: 40,
      signature: 'export class Lock {',
    },
    definition,
  ],
  ...fresh,
};

const { repositories, searched, not_searched, warnings } = searchAllAnswer;

export const symbolsAllAnswer = {
  symbols: [{ repository_id: 'repo-123', ...symbol }],
  not_parsed: [],
  repositories,
  searched,
  not_searched,
  warnings,
  next_cursor: null,
};

const message =
  'definitions are known of c, c#, c++, go, java, javascript, php, powershell, python, ruby, rust, shell, typescript only';

export const languageRefused = problemBody(400, 'Bad request', `query.language: ${message}`, {
  errors: [{ field: 'query.language', message }],
});
