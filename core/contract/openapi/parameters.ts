import { own } from '../../domain/own.ts';

/** What the parameters of paths, queries and headers mean, by name. A test holds the list complete. */
export const parameterDescriptions: Readonly<Record<string, string>> = {
  repo_id: 'The repository’s id.',
  name: 'The branch’s name.',
  job_id: 'The job’s id.',
  user: 'The user’s name: `sub` of the user’s tokens.',
  secret: 'Which secret.',
  delivery_id: 'The delivery’s id: the `webhook-id` that the receiver saw.',
  limit: 'The most entries to return.',
  cursor: '`next` of the previous page.',
  q: 'What to look for: words, names, code. `path:src/`, `lang:go`, `repo:team-*`, `branch:dev`, `"exact phrase"`, and with a minus sign what to leave out: `-word`, `-path:test`. Whatever is none of these is text.',
  branch: 'Which branch. Absent: the repository’s `default_branch`. The answer names it.',
  path: 'Only files whose path matches this gitignore pattern, such as `src/` or `*.ts`.',
  language: 'Only files of this language, such as `typescript` or `ts`.',
  pattern: 'What to look for, of one line.',
  regex: '`true`: the pattern is a regular expression in RE2’s syntax. Otherwise every character stands for itself.',
  case: '`false`: letters match in either case.',
  word: '`true`: only occurrences that are no part of a longer word.',
  match: 'How much of a name is given.',
  kind: 'Only definitions of this kind.',
  context: 'Lines to tell before and after each line that matches.',
  page: 'The page’s name, from the snapshot.',
  path_bytes: 'The same as `path` for a name that is not UTF-8: its bytes, in base64. Not beside `path`.',
  file_path: 'The file, from the top of the tree.',
  start: 'The first line, from 1.',
  end: 'The last line. Absent: the file’s last.',
  repositories:
    'Only these repositories: ids, or patterns of them such as `team-*`, separated by commas. Absent: all that you may read.',
  group: '`repository`: hits of one repository follow each other.',
  outcome: 'Only files with this outcome.',
  status: 'Only deliveries with this status.',
  'idempotency-key': 'Your own name for this request. The same key and body get the same answer for 24 hours.',
  prefer:
    '`wait=10` (RFC 7240): answer when it is known what has become of the sync, after so many seconds at the latest, at most 25: see above. What is not understood is ignored.',
  wait: 'Seconds to wait for news of the job: see above.',
  'last-event-id': 'The `id` of the last event that you have seen: only what is new comes.',
  'if-none-match': 'The `ETag` of an answer that you have: 304 if nothing has changed.',
  'x-hub-signature-256': 'HMAC-SHA256 of the body under the push secret, as `sha256=…`.',
  'x-github-delivery': 'What GitHub calls this delivery, and calls it again when it sends it again.',
  'x-github-event': 'What happened. Only `push` and `delete` lead to a sync.',
  'x-gitlab-token': 'The push secret.',
  'x-gitlab-event': 'What happened. Only `Push Hook` leads to a sync.',
};

/** A value for the examples of query parameters and headers. */
export const parameterExamples: Readonly<Record<string, string | number>> = {
  q: 'retry with backoff',
  pattern: 'claim(',
  limit: 10,
};

const spelled: Readonly<Record<string, string>> = { github: 'GitHub', id: 'ID' };

/** How a header is written, where capitals are the custom. */
export const headerName = (name: string): string =>
  name
    .split('-')
    .map((part) => own(spelled, part) ?? part.charAt(0).toUpperCase() + part.slice(1))
    .join('-');
