/** Written by `npm run docs:api` from the contract: change that, not this. */

import type {
  NewRepository,
  RepositoryChange,
  Import,
  Grant,
  SyncOptions,
  GithubPush,
  GitlabPush,
  Repository,
  RepositoryCreated,
  FileList,
  File,
  GrepAnswer,
  GrepAllAnswer,
  SearchAnswer,
  SearchAllAnswer,
  Snapshot,
  SnapshotPage,
  SymbolsAnswer,
  OutlineAnswer,
  SymbolsAllAnswer,
  SecretRotated,
  BranchList,
  RepositoryList,
  Job,
  SyncAccepted,
  JobList,
  JobFileList,
  DeliveryList,
  Delivery,
  PushHookAnswer,
  Health,
} from './api-types.ts';

/** What each call takes and answers. */
export interface Operations {
  /** Whether the service answers. Asks the database, the object store and the vector index, once a second at most, and says which of them answer. It says nothing about their content; the cause of an error is in the log. */
  readonly "get-health": {
    readonly request: { };
    readonly answer: Health;
  };
  /** Register a repository. You become its owner. Nothing is indexed before the first sync. The service’s operator decides which sources it accepts: https:// everywhere; on one machine also http:// on loopback, and file:// and absolute paths in folders that the operator opens to you. */
  readonly "create-repository": {
    readonly request: { readonly body: NewRepository; };
    readonly answer: RepositoryCreated;
  };
  /** Repositories that you may read. The repositories that you own or have a grant on, by id. */
  readonly "list-repositories": {
    readonly request: { readonly query?: { readonly "limit"?: number | undefined; readonly "cursor"?: string | undefined } | undefined; };
    readonly answer: RepositoryList;
  };
  /** One repository and its index. Needs the role read. `status` is `syncing` while a job owns the repository, and `active_job_id` names it. `last_sync` tells how the newest ended sync ended, `schedule_state` what the schedule has done and does next, and `health` what that means for the index. */
  readonly "get-repository": {
    readonly request: { readonly path: { readonly "repo_id": string }; };
    readonly answer: Repository;
  };
  /** Remove a repository and its index. Needs the role owner. The source itself is not changed. */
  readonly "delete-repository": {
    readonly request: { readonly path: { readonly "repo_id": string }; };
    readonly answer: null;
  };
  /** Change a repository’s settings. Needs the role owner. Settings that are not named stay; null removes one. Changes take effect at the next sync. */
  readonly "update-repository": {
    readonly request: { readonly path: { readonly "repo_id": string }; readonly body?: RepositoryChange | undefined; };
    readonly answer: Repository;
  };
  /** The indexed branches, and where their source is. Needs the role read. The branches that are indexed, by name, and where the source was last seen to have them: each sync looks at all of them. Nothing is asked of the source now. */
  readonly "list-branches": {
    readonly request: { readonly path: { readonly "repo_id": string }; readonly query?: { readonly "limit"?: number | undefined; readonly "cursor"?: string | undefined } | undefined; };
    readonly answer: BranchList;
  };
  /** Take a branch out of the index. Needs the role write. The branch is no longer searchable; the next sync removes what no other branch holds. The source itself is not changed, and a sync that asks for the branch indexes it anew. In the path the name may stand as it is or, which is safe for every name, percent-encoded, with `%2F` for a slash. */
  readonly "delete-branch": {
    readonly request: { readonly path: { readonly "repo_id": string; readonly "name": string }; };
    readonly answer: null;
  };
  /** Let a user read, write or own. Needs the role owner. Each of the roles read, write and owner includes those before it. */
  readonly "put-grant": {
    readonly request: { readonly path: { readonly "repo_id": string; readonly "user": string }; readonly body: Grant; };
    readonly answer: null;
  };
  /** Take a user’s grant away. Needs the role owner. The user who registered the repository stays its owner. */
  readonly "delete-grant": {
    readonly request: { readonly path: { readonly "repo_id": string; readonly "user": string }; };
    readonly answer: null;
  };
  /** Start a sync. Needs the role write. Brings the index in step with the source, in the background: only what changed is processed, and the new index is published in one step at the end. Without a body the defaults apply. `force` replaces a running sync; with `full_reindex` too the existing index is cleared at once. What else is done while another sync runs is `on_conflict`. The answer comes at once, unless the header `Prefer: wait=10` asks for what becomes of the sync: then it comes when the job has ended or, where it was given `max_files` or `max_cost`, when it is known that it keeps them, and after so many seconds at the latest. A sync that waits for another one is answered at once in any case. */
  readonly "start-sync": {
    readonly request: { readonly path: { readonly "repo_id": string }; readonly header?: { readonly "Idempotency-Key"?: string | undefined; readonly "Prefer"?: string | undefined } | undefined; readonly body?: SyncOptions | undefined; };
    readonly answer: SyncAccepted;
  };
  /** Take back the sync that waits. Needs the role write. What users have asked for with `on_conflict: "queue"` does not begin when the running sync has ended, which goes on. What a push or a schedule asked for meanwhile still does. `queued_sync` of the repository shows what waits. */
  readonly "take-back-sync": {
    readonly request: { readonly path: { readonly "repo_id": string }; };
    readonly answer: null;
  };
  /** A sync job and its progress. Needs the role read on its repository. `progress.percentage` never decreases, and is 100 only when the job has completed. With `wait` the answer comes when there is news: beside `If-None-Match` when the job is not as it was then, without it when the job has ended; else when the time is over. */
  readonly "get-job": {
    readonly request: { readonly path: { readonly "job_id": string }; readonly query?: { readonly "wait"?: number | undefined } | undefined; readonly header?: { readonly "If-None-Match"?: string | undefined } | undefined; };
    readonly answer: Job | null;
  };
  /** A job’s progress as it happens. Needs the role read on its repository. Server-sent events: `progress` for each state of the job that is seen, once a second at most, and at last `completed`, `completed_with_errors`, `failed` or `cancelled`, with which the stream ends. Each has the job as its `data` and, as its `id`, the name of this state. A stream may end before the job does: ask again with the last id, as `EventSource` does by itself, and only what is new comes. Where answers can only go out whole (API Gateway) it ends after each event, or after 25 seconds without news; elsewhere it continues for five minutes, with a comment every 15 seconds. */
  readonly "get-job-events": {
    readonly request: { readonly path: { readonly "job_id": string }; readonly header?: { readonly "Last-Event-ID"?: string | undefined } | undefined; };
    readonly answer: string | null;
  };
  /** This API as an OpenAPI 3.1 document. The document that this page, docs/api.md and the tests are made from. */
  readonly "get-openapi": {
    readonly request: { };
    readonly answer: {
      readonly "openapi": string;
    };
  };
  /** This API as a page to read. One page without scripts; it loads nothing else. */
  readonly "get-docs": {
    readonly request: { };
    readonly answer: string;
  };
  /** Make a new webhook or push secret, shown once. Needs the role owner. `webhook` signs what progress webhooks are sent; `push` is what git hosts sign their pushes with. The old secret is no longer valid. */
  readonly "rotate-secret": {
    readonly request: { readonly path: { readonly "repo_id": string; readonly "secret": "webhook" | "push" }; };
    readonly answer: SecretRotated;
  };
  /** A repository’s sync jobs, newest first. Needs the role read. Jobs are kept for 90 days after their end. */
  readonly "list-jobs": {
    readonly request: { readonly path: { readonly "repo_id": string }; readonly query?: { readonly "limit"?: number | undefined; readonly "cursor"?: string | undefined } | undefined; };
    readonly answer: JobList;
  };
  /** Cancel a running sync. Needs the role write on its repository. What is searched stays as it was (a forced full reindex had emptied it when it began), and the repository is free immediately. */
  readonly "cancel-job": {
    readonly request: { readonly path: { readonly "job_id": string }; };
    readonly answer: Job;
  };
  /** Sync again what failed. Needs the role write on its repository. Syncs the branches that the job was for, those that were missing too, and reads the files that failed again. */
  readonly "retry-failed": {
    readonly request: { readonly path: { readonly "job_id": string }; };
    readonly answer: SyncAccepted;
  };
  /** What a job skipped or failed, and why. Needs the role read on its repository. The files that the job skipped or could not index, and those that it read in another encoding than UTF-8. Empty until the job has completed. */
  readonly "list-job-files": {
    readonly request: { readonly path: { readonly "job_id": string }; readonly query?: { readonly "outcome"?: "skipped" | "failed" | "indexed" | undefined; readonly "limit"?: number | undefined; readonly "cursor"?: string | undefined } | undefined; };
    readonly answer: JobFileList;
  };
  /** What was sent to progress webhooks, newest first. Needs the role write. What was sent, what was answered, and when it is tried again. */
  readonly "list-webhook-deliveries": {
    readonly request: { readonly path: { readonly "repo_id": string }; readonly query?: { readonly "limit"?: number | undefined; readonly "cursor"?: string | undefined; readonly "status"?: "pending" | "delivered" | "failed" | "disabled" | undefined } | undefined; };
    readonly answer: DeliveryList;
  };
  /** Send a webhook again. Needs the role write. Sends it again whatever its status, with the same `webhook-id`. */
  readonly "redeliver-webhook": {
    readonly request: { readonly path: { readonly "repo_id": string; readonly "delivery_id": string }; };
    readonly answer: Delivery;
  };
  /** GitHub’s push webhook, signed with the push secret. The address to give to a GitHub webhook, with the push secret and the content type application/json. A push to the default branch, to a branch that is indexed, or to one that a sync was asked for, leads to a sync; pushes while one runs lead to exactly one more. A push that names another default branch leads to a sync of that one, unless a user has named the default branch. A deleted branch, in a push or in the event `delete` (whose `ref` and `ref_type` are read), leads to a look at the source, which drops the branch from the index if it is gone there. A delivery that is sent again within a day gets the first answer, and starts nothing. */
  readonly "github-hook": {
    readonly request: { readonly path: { readonly "repo_id": string }; readonly header: { readonly "X-GitHub-Event": string; readonly "X-Hub-Signature-256"?: string | undefined; readonly "X-GitHub-Delivery"?: string | undefined }; readonly body: GithubPush; };
    readonly answer: PushHookAnswer;
  };
  /** GitLab’s push webhook, with the push secret as its token. The address to give to a GitLab webhook for push events, with the push secret as its secret token. It has the same effects as GitHub’s. */
  readonly "gitlab-hook": {
    readonly request: { readonly path: { readonly "repo_id": string }; readonly header: { readonly "X-Gitlab-Event": string; readonly "X-Gitlab-Token"?: string | undefined; readonly "Idempotency-Key"?: string | undefined }; readonly body: GitlabPush; };
    readonly answer: PushHookAnswer;
  };
  /** Search a branch’s index. Needs the role read. Finds only what the branch’s last completed sync indexed: a running sync is never visible. When what was indexed is lost or damaged, the answer is a 503 that says so, never an empty list. */
  readonly "search": {
    readonly request: { readonly path: { readonly "repo_id": string }; readonly query: { readonly "q": string; readonly "branch"?: string | undefined; readonly "limit"?: number | undefined; readonly "path"?: string | undefined; readonly "language"?: string | undefined }; };
    readonly answer: SearchAnswer;
  };
  /** Find every line that matches. Needs the role read. Every line that matches in the indexed files of a branch, at its indexed commit, in git’s tree order of the paths and then by lines: the lines that `git grep` finds there, with `-F` or, with `regex=true`, `-P`; `case=false` is `-i`, `word=true` is `-w`. Expressions take time in proportion to the text, whatever they are: so RE2’s syntax has no back references and no looking around. Lines end with LF; a match never goes over a line’s end. Files are searched as text in UTF-8, whatever they were written in, without a byte order mark; `not_searched` counts the files of the branch that are not in the index, by reason. Columns and ranges are in UTF-16 code units. Follow `next_cursor` until it is null: then every occurrence is listed. */
  readonly "grep": {
    readonly request: { readonly path: { readonly "repo_id": string }; readonly query: { readonly "pattern": string; readonly "regex"?: "true" | "false" | undefined; readonly "case"?: "true" | "false" | undefined; readonly "word"?: "true" | "false" | undefined; readonly "path"?: string | undefined; readonly "language"?: string | undefined; readonly "branch"?: string | undefined; readonly "context"?: number | undefined; readonly "limit"?: number | undefined; readonly "cursor"?: string | undefined }; };
    readonly answer: GrepAnswer;
  };
  /** Files and directories of a branch. Needs the role read. Without `glob`, what is in one directory: its files and directories. With `glob`, the files in it and below it, at any depth, whose path matches; a page may then have fewer entries than its limit although `next_cursor` is not null. All files of the commit are listed, in git’s tree order; those that are not indexed say why. A directory that is not there has no entries. A name’s bytes that are not UTF-8 are U+FFFD in `path`, and `path_bytes` has the name’s bytes in base64. */
  readonly "list-files": {
    readonly request: { readonly path: { readonly "repo_id": string }; readonly query?: { readonly "path"?: string | undefined; readonly "path_bytes"?: string | undefined; readonly "glob"?: string | undefined; readonly "branch"?: string | undefined; readonly "limit"?: number | undefined; readonly "cursor"?: string | undefined } | undefined; };
    readonly answer: FileList;
  };
  /** The text of a file. Needs the role read. The text as it was read for the index, in UTF-8, with its own line ends; with `start` and `end` only those lines. In the path, percent-encode every part, or all of it with `%2F` for a slash; bytes that are not UTF-8 are percent-encoded as they are. The `ETag` is the file’s blob. A name’s bytes that are not UTF-8 are U+FFFD in `path`, and `path_bytes` has the name’s bytes in base64. */
  readonly "read-file": {
    readonly request: { readonly path: { readonly "repo_id": string; readonly "file_path": string }; readonly query?: { readonly "branch"?: string | undefined; readonly "start"?: number | undefined; readonly "end"?: number | undefined } | undefined; readonly header?: { readonly "If-None-Match"?: string | undefined } | undefined; };
    readonly answer: File | null;
  };
  /** What a branch’s index is made of, for another service to import. Needs the role read. Names the pages that a branch’s index is made of: by what they hold, so that one that was taken once need not be taken again. `Content-Digest` has the SHA-256 of the answer. */
  readonly "get-snapshot": {
    readonly request: { readonly path: { readonly "repo_id": string }; readonly query?: { readonly "branch"?: string | undefined } | undefined; };
    readonly answer: Snapshot;
  };
  /** A page of a snapshot: files, or texts and vectors. Needs the role read. A page of files is its lines; one of blobs has their texts and rows too, some 3 MB an answer: follow `next`. The page must be one of the branch’s index as it is now. */
  readonly "read-snapshot-page": {
    readonly request: { readonly path: { readonly "repo_id": string; readonly "page": string }; readonly query?: { readonly "branch"?: string | undefined; readonly "from"?: string | undefined } | undefined; };
    readonly answer: SnapshotPage;
  };
  /** Take over the index of another service. Needs the role owner. Takes over the index of branches of another service, in the background: nothing is read from git and nothing embedded, and the result is published in one step, as a sync’s is. Both services must run the same embedder and chunker. The job is followed and cancelled as a sync is; one that was cut continues behind the last page that it has put. The next sync then starts at the imported commit. */
  readonly "start-import": {
    readonly request: { readonly path: { readonly "repo_id": string }; readonly body: Import; };
    readonly answer: SyncAccepted;
  };
  /** Search all repositories that you may read. Searches all repositories that you may read, of each its default branch, or `branch` where that is indexed. `repositories`, or `repo:` in `q`, says which. The hits are one list, best first: scores are comparable between repositories. With `group=repository` those of one repository follow each other, 3 at most of each, the repository with the best hit first, and `limit` is the most repositories. `not_searched` says what was left out and why; what you may not read is not told of. */
  readonly "search-all": {
    readonly request: { readonly query: { readonly "q": string; readonly "branch"?: string | undefined; readonly "limit"?: number | undefined; readonly "path"?: string | undefined; readonly "language"?: string | undefined; readonly "repositories"?: string | undefined; readonly "group"?: "repository" | undefined }; };
    readonly answer: SearchAllAnswer;
  };
  /** Find every line that matches, in all repositories that you may read. Every line that matches in all repositories that you may read, of each in its default branch, or in `branch` where that is indexed; `repositories` says which. Repository after repository by their ids, each as its own call lists it, with the same parameters. A page ends when it is full or has taken too long, and `next_cursor` continues there: follow it until it is null. `not_searched` says what was left out and why; what you may not read is not told of. Which files are not in an index, a repository’s own call tells. */
  readonly "grep-all": {
    readonly request: { readonly query: { readonly "pattern": string; readonly "regex"?: "true" | "false" | undefined; readonly "case"?: "true" | "false" | undefined; readonly "word"?: "true" | "false" | undefined; readonly "path"?: string | undefined; readonly "language"?: string | undefined; readonly "branch"?: string | undefined; readonly "context"?: number | undefined; readonly "limit"?: number | undefined; readonly "cursor"?: string | undefined; readonly "repositories"?: string | undefined }; };
    readonly answer: GrepAllAnswer;
  };
  /** Find where a name is defined. Needs the role read. Where names are defined in the indexed files of a branch, at its indexed commit, in git’s tree order of the paths and then by lines. A `name` such as `Lock.release` (or with `::` or `#`) finds what is defined in a `Lock`; without, wherever it is defined. Letters of the other case are other letters, unless `case=false`. Definitions are known of C, C++, C#, Go, Java, JavaScript, PHP, PowerShell, Python, Ruby, Rust, shell scripts and TypeScript; of a file with errors in it, what can be made out. A page may end before its `limit`: `truncated` says why, and `next_cursor` goes on. Follow it until it is null: then every definition is listed, but for the files in `not_parsed`. */
  readonly "symbols": {
    readonly request: { readonly path: { readonly "repo_id": string }; readonly query?: { readonly "name"?: string | undefined; readonly "match"?: "exact" | "prefix" | "contains" | undefined; readonly "case"?: "true" | "false" | undefined; readonly "kind"?: "class" | "constant" | "enum" | "field" | "function" | "interface" | "macro" | "method" | "module" | "struct" | "type" | "variable" | undefined; readonly "path"?: string | undefined; readonly "language"?: string | undefined; readonly "branch"?: string | undefined; readonly "limit"?: number | undefined; readonly "cursor"?: string | undefined } | undefined; };
    readonly answer: SymbolsAnswer;
  };
  /** What a file defines. Needs the role read. What one file defines, in the order of its lines. Definitions are known of C, C++, C#, Go, Java, JavaScript, PHP, PowerShell, Python, Ruby, Rust, shell scripts and TypeScript; of a file with errors in it, what can be made out. Of a file in another language the list is empty, and `not_parsed` says so. The path is given as to the call that reads a file; the `ETag` is the file’s blob. */
  readonly "outline": {
    readonly request: { readonly path: { readonly "repo_id": string; readonly "file_path": string }; readonly query?: { readonly "branch"?: string | undefined } | undefined; readonly header?: { readonly "If-None-Match"?: string | undefined } | undefined; };
    readonly answer: OutlineAnswer | null;
  };
  /** Find where a name is defined, in all repositories that you may read. Where names are defined in all repositories that you may read, of each in its default branch, or in `branch` where that is indexed; `repositories` says which. Repository after repository by their ids, each as its own call lists it. A `name` such as `Lock.release` (or with `::` or `#`) finds what is defined in a `Lock`; without, wherever it is defined. Letters of the other case are other letters, unless `case=false`. Definitions are known of C, C++, C#, Go, Java, JavaScript, PHP, PowerShell, Python, Ruby, Rust, shell scripts and TypeScript; of a file with errors in it, what can be made out. A page ends when it is full or has taken too long, and `next_cursor` continues there; `not_searched` says what was left out and why. What you may not read is not told of. */
  readonly "symbols-all": {
    readonly request: { readonly query?: { readonly "name"?: string | undefined; readonly "match"?: "exact" | "prefix" | "contains" | undefined; readonly "case"?: "true" | "false" | undefined; readonly "kind"?: "class" | "constant" | "enum" | "field" | "function" | "interface" | "macro" | "method" | "module" | "struct" | "type" | "variable" | undefined; readonly "path"?: string | undefined; readonly "language"?: string | undefined; readonly "branch"?: string | undefined; readonly "limit"?: number | undefined; readonly "cursor"?: string | undefined; readonly "repositories"?: string | undefined } | undefined; };
    readonly answer: SymbolsAllAnswer;
  };
}

/** How each call is made. */
export const calls: { readonly [Name in keyof Operations]: { readonly method: string; readonly path: string } } = {
  "get-health": {"method":"GET","path":"/api/health"},
  "create-repository": {"method":"POST","path":"/api/repositories"},
  "list-repositories": {"method":"GET","path":"/api/repositories"},
  "get-repository": {"method":"GET","path":"/api/repositories/{repo_id}"},
  "delete-repository": {"method":"DELETE","path":"/api/repositories/{repo_id}"},
  "update-repository": {"method":"PATCH","path":"/api/repositories/{repo_id}"},
  "list-branches": {"method":"GET","path":"/api/repositories/{repo_id}/branches"},
  "delete-branch": {"method":"DELETE","path":"/api/repositories/{repo_id}/branches/{name}"},
  "put-grant": {"method":"PUT","path":"/api/repositories/{repo_id}/grants/{user}"},
  "delete-grant": {"method":"DELETE","path":"/api/repositories/{repo_id}/grants/{user}"},
  "start-sync": {"method":"POST","path":"/api/repositories/{repo_id}/sync"},
  "take-back-sync": {"method":"DELETE","path":"/api/repositories/{repo_id}/queued-sync"},
  "get-job": {"method":"GET","path":"/api/jobs/{job_id}"},
  "get-job-events": {"method":"GET","path":"/api/jobs/{job_id}/events"},
  "get-openapi": {"method":"GET","path":"/api/openapi.json"},
  "get-docs": {"method":"GET","path":"/api/docs"},
  "rotate-secret": {"method":"POST","path":"/api/repositories/{repo_id}/secrets/{secret}"},
  "list-jobs": {"method":"GET","path":"/api/repositories/{repo_id}/jobs"},
  "cancel-job": {"method":"POST","path":"/api/jobs/{job_id}/cancel"},
  "retry-failed": {"method":"POST","path":"/api/jobs/{job_id}/retry-failed"},
  "list-job-files": {"method":"GET","path":"/api/jobs/{job_id}/files"},
  "list-webhook-deliveries": {"method":"GET","path":"/api/repositories/{repo_id}/webhook-deliveries"},
  "redeliver-webhook": {"method":"POST","path":"/api/repositories/{repo_id}/webhook-deliveries/{delivery_id}/redeliver"},
  "github-hook": {"method":"POST","path":"/api/hooks/github/{repo_id}"},
  "gitlab-hook": {"method":"POST","path":"/api/hooks/gitlab/{repo_id}"},
  "search": {"method":"GET","path":"/api/repositories/{repo_id}/search"},
  "grep": {"method":"GET","path":"/api/repositories/{repo_id}/grep"},
  "list-files": {"method":"GET","path":"/api/repositories/{repo_id}/files"},
  "read-file": {"method":"GET","path":"/api/repositories/{repo_id}/files/{file_path}"},
  "get-snapshot": {"method":"GET","path":"/api/repositories/{repo_id}/snapshot"},
  "read-snapshot-page": {"method":"GET","path":"/api/repositories/{repo_id}/snapshot/{page}"},
  "start-import": {"method":"POST","path":"/api/repositories/{repo_id}/import"},
  "search-all": {"method":"GET","path":"/api/search"},
  "grep-all": {"method":"GET","path":"/api/grep"},
  "symbols": {"method":"GET","path":"/api/repositories/{repo_id}/symbols"},
  "outline": {"method":"GET","path":"/api/repositories/{repo_id}/outline/{file_path}"},
  "symbols-all": {"method":"GET","path":"/api/symbols"},
};
