/** Written by `npm run docs:api` from the contract: change that, not this. */

/** How fresh an answer is, beside its commit. */
export type Freshness = {
  /** When it was published. */
  readonly "indexed_at": string;
  /** The commit that the source had; null when it has deleted the branch, or was not looked at yet. */
  readonly "source_commit": string | null;
  /** When the source was looked at; null when it was not yet. */
  readonly "source_seen_at": string | null;
  /** Whether the source had another commit than the indexed one; null where `source_commit` is. */
  readonly "behind": boolean | null;
};

/** A repository to register. */
export type NewRepository = {
  /** Its id. Absent: the service chooses one. */
  readonly "repository_id"?: string | undefined;
  /** Where it is read from. */
  readonly "source": NewSource;
  /** What `current` means. Absent: the branch that the source’s HEAD names, followed at each sync. */
  readonly "default_branch"?: string | undefined;
  /** Patterns as in a .gitignore file: what they match is not indexed. */
  readonly "ignore_patterns"?: readonly (string)[] | undefined;
  /** When it syncs by itself: a cron expression of five fields, in UTC. While another sync runs its own waits for the end of that. Null: never. */
  readonly "schedule"?: string | null | undefined;
  /** What a sync does with the index of a branch that the source has deleted: `drop` removes it, `keep` leaves it searchable. The default branch is never dropped. */
  readonly "deleted_branches"?: "drop" | "keep" | undefined;
};

/** Where a repository is read from. */
export type NewSource = {
  /** An https:// URL without user name and password; on one machine also file://, http:// on loopback or an absolute path. */
  readonly "url": string;
  /** The name of a credential that the operator keeps, for a private source: one that you may use for this address. */
  readonly "credential"?: string | undefined;
};

/** Settings to change. Settings that are not named stay. */
export type RepositoryChange = {
  /** What `current` means. Null: the branch that the source’s HEAD names, followed at each sync. */
  readonly "default_branch"?: string | null | undefined;
  /** Patterns as in a .gitignore file: what they match is not indexed. Replaces the list, from the next sync on. */
  readonly "ignore_patterns"?: readonly (string)[] | undefined;
  /** When it syncs by itself: a cron expression of five fields, in UTC. While another sync runs its own waits for the end of that. Null: never. */
  readonly "schedule"?: string | null | undefined;
  /** What a sync does with the index of a branch that the source has deleted: `drop` removes it, `keep` leaves it searchable. The default branch is never dropped. */
  readonly "deleted_branches"?: "drop" | "keep" | undefined;
  /** The source’s credential. Its URL cannot be changed. */
  readonly "source"?: SourceChange | undefined;
};

/** What may be changed of a source. */
export type SourceChange = {
  /** The name of a credential that the operator keeps, which you and the owner may use for this address. Null: none. */
  readonly "credential"?: string | null | undefined;
};

/** The index to take over. */
export type Import = {
  /** The repository’s address in the other service’s API, such as `https://host/api/repositories/repo-123`. The same addresses are allowed as for a git source. */
  readonly "from": string;
  /** Which of its branches. Absent: its default branch. */
  readonly "branches"?: readonly (string)[] | undefined;
  /** The name of a credential that the operator keeps: its token, or its password, is a token of the other service. */
  readonly "credential"?: string | undefined;
};

/** What a user may do with a repository. */
export type Grant = {
  /** `read`: view and search. `write`: also sync. `owner`: everything. */
  readonly "role": "read" | "write" | "owner";
};

/** What a sync should do. Every member is optional; unknown members are refused. */
export type SyncOptions = {
  /** Replaces a running sync. With `full_reindex` the existing index is cleared at once. */
  readonly "force"?: boolean | undefined;
  /** Rebuilds the whole index beside the old one, which answers searches until the new one is ready. Takes precedence over `incremental`. */
  readonly "full_reindex"?: boolean | undefined;
  /** Processes what changed since the last sync. False without `full_reindex`: incremental if the last index is still usable and less than half of the files changed, otherwise full. */
  readonly "incremental"?: boolean | undefined;
  /** Reads the remote first. Absent: true for a remote source. For a folder of this machine, true reads, instead of the folder, the remote that its own git configuration names; the folder itself is never written. */
  readonly "pull_remote"?: boolean | undefined;
  /** The remote’s name: `origin`, or with `pull_remote` one of the remotes of the folder that is registered. */
  readonly "remote"?: string | undefined;
  /** Which branches; without, `current`, which is the repository’s `default_branch`. Those that the source does not have are named by the job and keep no other from being indexed. */
  readonly "branches"?: readonly (string)[] | undefined;
  /** The same for one branch. Not beside `branches`. */
  readonly "branch"?: string | undefined;
  /** Patterns as in a .gitignore file: what they match is not indexed. Added to the repository’s own. */
  readonly "ignore_patterns"?: readonly (string)[] | undefined;
  /** An address that gets an event at the job’s start, at every ten points of its progress, and at its end. */
  readonly "progress_webhook"?: string | undefined;
  /** What is done while another sync runs. Absent or `fail`: 409. `attach`: 200 with the job that runs, where it reads these branches of the same source with the same patterns, and is a full reindex if one is asked for; else 409 with what `differs`. It may have read the source before this request. `queue`: 202; the sync begins when the other one has ended, and requests and pushes that come until then are merged with it, so it takes `branch`, `branches`, `full_reindex` and `incremental` alone. Neither is allowed beside `force`. */
  readonly "on_conflict"?: "fail" | "attach" | "queue" | undefined;
  /** Plans, and changes nothing: pulls, compares, reads and cuts what has changed, embeds nothing and publishes nothing. The job ends with an exact `plan`. It holds the repository as a sync does. Not beside `force`, `max_cost` or `max_files`. */
  readonly "dry_run"?: boolean | undefined;
  /** US dollars. A sync that may cost more, by the sizes of what it has read and before anything is embedded, fails with the reason `over_limit` and its plan; nothing is changed. Not beside `force` with `full_reindex`, which clears the index first. */
  readonly "max_cost"?: number | undefined;
  /** A sync that would have to read more files fails with the reason `over_limit` and its plan; nothing is read or changed. Not beside `force` with `full_reindex`. */
  readonly "max_files"?: number | undefined;
};

/** GitHub’s event `push`: the members that are read. */
export type GithubPush = {
  /** What was pushed, such as `refs/heads/main`. */
  readonly "ref": string;
  /** Whether it was deleted. */
  readonly "deleted"?: boolean | undefined;
  /** Where it was pushed to. */
  readonly "repository"?: {
    readonly "default_branch"?: string | undefined;
    readonly "pushed_at"?: number | string | undefined;
  } | undefined;
};

/** GitLab’s event `Push Hook`: the members that are read. */
export type GitlabPush = {
  /** What was pushed, such as `refs/heads/main`. */
  readonly "ref": string;
  /** Its commit; zeros when it was deleted. */
  readonly "after": string;
  /** Where it was pushed to. */
  readonly "project"?: {
    readonly "default_branch"?: string | null | undefined;
  } | undefined;
};

/** A registered repository. */
export type Repository = {
  /** Its id. */
  readonly "repository_id": string;
  /** The user who registered it. */
  readonly "owner": string;
  /** What you may do with it. */
  readonly "role": "read" | "write" | "owner";
  /** Where it is read from. */
  readonly "source": Source;
  /** The users that may use it beside its owner, with what they may do. Only owners see them. */
  readonly "grants"?: readonly (GrantHeld)[] | undefined;
  /** What `current` means, and what is searched without a branch; null until the first sync has asked the source. */
  readonly "default_branch": string | null;
  /** Whether `default_branch` is what the source’s HEAD names, and moves with it; false: a user has named it. */
  readonly "follows_head": boolean;
  /** What is never indexed, as in a .gitignore file. */
  readonly "ignore_patterns": readonly (string)[];
  /** When it syncs by itself: a cron expression of five fields, in UTC; null: never. */
  readonly "schedule": string | null;
  /** What its schedule does and has done; null without a schedule. */
  readonly "schedule_state": ScheduleState | null;
  /** What a sync does with the index of a branch that the source has deleted. */
  readonly "deleted_branches": "drop" | "keep";
  /** `syncing` while a job owns it. */
  readonly "status": "idle" | "syncing";
  /** The job that owns it; null when it is idle. */
  readonly "active_job_id": string | null;
  /** The sync that begins when the running one has ended (`on_conflict: "queue"`, a push or a schedule); null where none waits. `DELETE …/queued-sync` takes it back. */
  readonly "queued_sync": QueuedSync | null;
  /** How its newest ended sync ended, so that one that failed is seen here; null until one has ended. A plan is no sync, nor is one that its own `max_files` or `max_cost` has refused: the history has both. */
  readonly "last_sync": LastSync | null;
  /** The gravest of `health_reasons`. `failing`: the newest ended sync failed, or the schedule could not start one; `never_indexed`: no branch has an index; `stale`: the index is not as new as it should be; `incomplete`: the default branch, or some files or branches of the newest job, are not indexed; else `ok`. A job that was cancelled, was only to plan, or was refused by its own limit changes none of it. */
  readonly "health": "ok" | "incomplete" | "stale" | "failing" | "never_indexed";
  /** All that is wrong, the gravest first; empty when it is `ok`. `sync_failed`: `last_sync.error` says why. `schedule_not_started`: the newest run of the schedule could not start, `schedule_state.last_run.error` says why, and no sync has come through since. `no_branch_indexed`. `schedule_overdue`: a time of the schedule has passed without a run, see `schedule_state.overdue_since`. `behind_source`: the last look showed another commit of an indexed branch, and no sync runs; `GET …/branches` tells which. `default_branch_not_indexed`: other branches are, and `default_branch` is not, or is null: a search that names no branch is a 404. `sync_incomplete`: the newest job completed with errors. */
  readonly "health_reasons": readonly ("sync_failed" | "schedule_not_started" | "no_branch_indexed" | "schedule_overdue" | "behind_source" | "default_branch_not_indexed" | "sync_incomplete")[];
  /** What is indexed. */
  readonly "index": Index;
  /** When it was registered. */
  readonly "created_at": string;
  /** When its settings or its index last changed. */
  readonly "updated_at": string;
};

/** What another user may do with a repository. */
export type GrantHeld = {
  /** The user: the `sub` of their tokens. */
  readonly "user": string;
  /** `read`: view and search. `write`: also sync. `owner`: everything. */
  readonly "role": "read" | "write" | "owner";
};

/** A sync that waits for the end of the running one: all that was asked for meanwhile. */
export type QueuedSync = {
  /** The job that it will be, which does not exist before; null where only a push or a schedule asked for it. */
  readonly "job_id": string | null;
  /** What it syncs. None: it looks which branches the source still has. */
  readonly "branches": readonly (string)[];
  /** Whether it indexes everything anew. */
  readonly "full_reindex": boolean;
  /** The newest push’s host, or `schedule`; where neither asked, the user who asked last. */
  readonly "requested_by": string;
};

/** A schedule’s next run and its newest one. */
export type ScheduleState = {
  /** The next time of the schedule. On AWS a run may begin up to 15 minutes later, so that not all begin at once. */
  readonly "next_run": string | null;
  /** What its newest time came to; null before the first. */
  readonly "last_run": ScheduleRun | null;
  /** A time of the schedule that has passed without a run, as when the service was down; null otherwise. */
  readonly "overdue_since": string | null;
};

/** What a time of a schedule came to. */
export type ScheduleRun = {
  /** When it began, or was to begin. */
  readonly "at": string;
  /** `started`: its job waits or runs; then how that job ended. `owed`: another sync was under way, and it follows that one. `not_started`: no sync could be started. */
  readonly "outcome": "owed" | "not_started" | "started" | "completed" | "completed_with_errors" | "failed" | "cancelled";
  /** Its job; null where there is none. */
  readonly "job_id": string | null;
  /** Why no sync could be started, or why its job failed; null otherwise. */
  readonly "error": JobError | null;
};

/** A newly registered repository. */
export type RepositoryCreated = Repository & {
  /** What webhooks are signed with. Shown only this once. */
  readonly "secrets": Secrets;
};

/** What webhooks are signed with. */
export type Secrets = {
  /** Signs the events that progress webhooks get (Standard Webhooks). */
  readonly "webhook": string;
  /** What git hosts sign their pushes with. */
  readonly "push": string;
};

/** A page of a tree. */
export type FileList = Freshness & {
  /** The indexed commit, which all of this is from. */
  readonly "commit": string;
  /** The branch that is listed. */
  readonly "branch": string;
  /** In git’s tree order. */
  readonly "entries": readonly (FileEntry)[];
  /** Send it as `cursor` to get the next page; null on the last page. */
  readonly "next_cursor": string | null;
};

/** A file, or a directory with something in it. */
export type FileEntry = {
  /** From the top of the tree; U+FFFD stands for what is not UTF-8. */
  readonly "path": string;
  /** Only of a name that is not UTF-8: its bytes, in base64. */
  readonly "path_bytes"?: string | undefined;
  /** What it is; symbolic links and submodules are files that are not indexed. */
  readonly "type": "file" | "directory";
  /** Of a file: the id of its git blob. */
  readonly "blob"?: string | undefined;
  /** Of a file: its size in git. */
  readonly "bytes"?: number | undefined;
  /** Of a file: its language, by its name; null when it is not known. */
  readonly "language"?: string | null | undefined;
  /** Why the file is not in the index, such as `binary`; absent for one that is. */
  readonly "not_indexed"?: string | undefined;
};

/** The text of a file. */
export type File = Freshness & {
  /** From the top of the tree; U+FFFD stands for what is not UTF-8. */
  readonly "path": string;
  /** Only of a name that is not UTF-8: its bytes, in base64. */
  readonly "path_bytes"?: string | undefined;
  /** The branch that it was read from. */
  readonly "branch": string;
  /** The indexed commit, which all of this is from. */
  readonly "commit": string;
  /** The id of its git blob. */
  readonly "blob": string;
  /** The language, by the file’s name; null when it is not known. */
  readonly "language": string | null;
  /** Of the whole text, in UTF-8. */
  readonly "bytes": number;
  /** Of the whole text. */
  readonly "lines": number;
  /** The first line of `text`, from 1. */
  readonly "start": number;
  /** The last line of `text`; less than `start` for a file without lines. */
  readonly "end": number;
  /** The lines, each with what ends it. */
  readonly "text": string;
};

/** A page of lines that match. */
export type GrepAnswer = Freshness & {
  /** The branch that was searched. */
  readonly "branch": string;
  /** The indexed commit, which all of this is from. */
  readonly "commit": string;
  /** In git’s tree order of the paths, then by lines. */
  readonly "matches": readonly (GrepMatch)[];
  /** Files of the branch that are not in the index, so far as `path` and `language` let them through. */
  readonly "not_searched": readonly (NotSearched)[];
  /** For people: what is wrong with `language`, such as that there is none of the name. */
  readonly "warnings": readonly (string)[];
  /** Why the page ended before its `limit`: it had looked for 2 s (`time`), or its lines are long (`size`). The next page continues there. */
  readonly "truncated"?: "time" | "size" | undefined;
  /** Send it as `cursor` to get the next page; null on the last page. */
  readonly "next_cursor": string | null;
};

/** A line that matches. */
export type GrepMatch = {
  /** From the top of the tree; U+FFFD stands for what is not UTF-8. */
  readonly "path": string;
  /** Only of a name that is not UTF-8: its bytes, in base64. */
  readonly "path_bytes"?: string | undefined;
  /** The language, by the file’s name; null when it is not known. */
  readonly "language": string | null;
  /** Its number, from 1. */
  readonly "line": number;
  /** Where the first occurrence begins in it, from 1. */
  readonly "column": number;
  /** The line, without LF; 2,000 UTF-16 code units of a longer one, from shortly before the first occurrence. */
  readonly "text": string;
  /** Only of a line that is cut: where `text` begins in it, from 1. */
  readonly "text_column"?: number | undefined;
  /** Of the occurrences in `text`: from, and to (after the last code unit), from 0. None overlaps another. */
  readonly "ranges": readonly (readonly (number)[])[];
  /** There are, or may be, further occurrences in the line: 100 are listed at most, and those in `text`. */
  readonly "more"?: true | undefined;
  /** The lines before it; absent without `context`. */
  readonly "before"?: readonly (string)[] | undefined;
  /** The lines after it; absent without `context`. */
  readonly "after"?: readonly (string)[] | undefined;
};

/** A page of lines of several repositories that match. */
export type GrepAllAnswer = {
  /** By repository, then in git’s tree order of the paths, then by lines. */
  readonly "matches": readonly (RepositoryMatch)[];
  /** The repositories that the entries are of, in their order. */
  readonly "repositories": readonly (SearchedRepository)[];
  /** How many repositories were searched for this page. */
  readonly "searched": number;
  /** Those that were not, as far as this page goes, and why. */
  readonly "not_searched": readonly (NotSearchedRepository)[];
  /** Why the page ended before its `limit`: it took too long (`time`), or its entries are long (`size`). The next page continues there. */
  readonly "truncated"?: "time" | "size" | undefined;
  /** For people: where not all of your repositories were looked at, and what is wrong with `language`. */
  readonly "warnings": readonly (string)[];
  /** Send it as `cursor` to get the next page; null on the last page. */
  readonly "next_cursor": string | null;
};

/** A line of a repository that matches. */
export type RepositoryMatch = GrepMatch & {
  /** The repository. */
  readonly "repository_id": string;
};

/** Files that are not in the index. */
export type NotSearched = {
  /** Why: as in the job’s ledger, or `failed`. */
  readonly "reason": "ignored" | "symlink" | "submodule" | "lockfile" | "linguist_generated" | "build_output" | "too_large" | "binary" | "undecodable" | "minified" | "generated" | "empty" | "failed";
  /** How many. */
  readonly "files": number;
};

/** What a search found. */
export type SearchAnswer = Freshness & {
  /** Best first. */
  readonly "results": readonly (SearchHit)[];
  /** The branch that was searched. */
  readonly "branch": string;
  /** The commit that the results are from. */
  readonly "indexed_commit": string;
  /** For people: what of `q` was not read as it looks, and what is wrong with `language`, such as that there is none of the name. */
  readonly "warnings": readonly (string)[];
  /** Always null: ask for a greater `limit`. */
  readonly "next": null;
};

/** A piece of a file. */
export type SearchHit = {
  /** The file, from the top of the tree; U+FFFD stands for what is not UTF-8. */
  readonly "path": string;
  /** Only of a name that is not UTF-8: its bytes, in base64. */
  readonly "path_bytes"?: string | undefined;
  /** The branch. */
  readonly "branch": string;
  /** The first line, from 1. */
  readonly "start_line": number;
  /** The last line. */
  readonly "end_line": number;
  /** `words`: the text or the path has words of the query, or a name of several parts (`parseConfig`, `parse_config`) whole. `near`: it has none of them, and is only what the index has nearest; such hits come last. */
  readonly "match": "words" | "near";
  /** 0 to 1, higher is better, comparable between queries. A hit with match `words` has 0.25 at least, one with `near` 0.2 at most. The more of the query is held by the best hit, the higher are all scores of the answer. */
  readonly "score": number;
  /** The text. */
  readonly "snippet": string;
  /** The language, by the file’s name; null when it is not known. */
  readonly "language": string | null;
};

/** What a search of all repositories found. */
export type SearchAllAnswer = {
  /** Best first; of a grouped search, those of the repository with the best hit first. */
  readonly "hits": readonly (RepositoryHit)[];
  /** The repositories that the hits are of, in their order. */
  readonly "repositories": readonly (SearchedRepository)[];
  /** How many repositories were searched. */
  readonly "searched": number;
  /** How many were not asked, because their texts have less of the query: of more than 100, the 32 are asked that have most of it. */
  readonly "passed_over": number;
  /** Those that were not, and why. */
  readonly "not_searched": readonly (NotSearchedRepository)[];
  /** For people: what of `q` was not read as it looks, and what is wrong with `language`, such as that there is none of the name. */
  readonly "warnings": readonly (string)[];
  /** Always null: ask for a greater `limit`. */
  readonly "next": null;
};

/** A piece of a file of a repository. */
export type RepositoryHit = SearchHit & {
  /** The repository. */
  readonly "repository_id": string;
};

/** A repository that was searched. */
export type SearchedRepository = Freshness & {
  /** Its id. */
  readonly "repository_id": string;
  /** The branch that was searched. */
  readonly "branch": string;
  /** The commit that the hits are from. */
  readonly "indexed_commit": string;
};

/** A repository that was not searched. */
export type NotSearchedRepository = {
  /** Its id. */
  readonly "repository_id": string;
  /** `not_indexed`: the branch has no index. `embedder_mismatch`: a sync must rebuild the index with the current model. `index_lost`, `index_damaged`, `manifest_lost`: a sync must make it anew. `not_kept`: it was indexed before the service kept contents: sync it once. `moved`: it is at another commit than the page before. `timeout`: it took too long, or the others did before it. `busy`: a store or the model takes no more requests at the moment: ask again. `failed`: it could not be searched; the service’s log says why. */
  readonly "reason": "not_indexed" | "embedder_mismatch" | "index_lost" | "index_damaged" | "manifest_lost" | "not_kept" | "moved" | "timeout" | "busy" | "failed";
};

/** What a branch’s index is made of. */
export type Snapshot = {
  /** The form of all of this: 1. An importer refuses another one. */
  readonly "form": number;
  /** The repository’s id here. */
  readonly "repository_id": string;
  /** The branch. */
  readonly "branch": string;
  /** The repository’s default branch; null where it is not known. */
  readonly "default_branch": string | null;
  /** The indexed commit. */
  readonly "commit": string;
  /** When it was published. */
  readonly "indexed_at": string;
  /** What its vectors are made with and its files are cut by: one that imports must run the same. */
  readonly "recipe": {
    readonly "embedder_id": string;
    readonly "dimensions": number;
    readonly "chunker_version": string;
    readonly "row_version": number;
  };
  /** Indexed files. */
  readonly "files": number;
  /** Their chunks: rows with a vector. */
  readonly "chunks": number;
  /** Bytes of the indexed files. */
  readonly "bytes": number;
  /** The fingerprint of what decides which files are left out: ignore patterns, and the version of the rules. */
  readonly "rules": string;
  /** The `.gitattributes` of the tree, which decide too. */
  readonly "attributes": readonly ({
    readonly "path": string;
    readonly "text": string;
  })[];
  /** The pages of the list of files, in tree order. */
  readonly "file_pages": readonly ({
    readonly "page": string;
    readonly "lines": number;
  })[];
  /** The pages of the blobs: each answers texts and rows. */
  readonly "blob_pages": readonly ({
    readonly "page": string;
    readonly "lines": number;
  })[];
};

/** A page of a snapshot, or a part of it. */
export type SnapshotPage = {
  /** Its name: the first 128 bits, in hexadecimal, of the SHA-256 of its lines, each with a newline. */
  readonly "page": string;
  /** All its lines. A file: blob, mode, bytes, outcome, reason, chunks and path, with tabs between; a blob: blob, chunks, bytes, reason and path. Empty where `from` was given. */
  readonly "lines": readonly (string)[];
  /** Of a page of blobs: some of those that are in the index, whole or from a row on. */
  readonly "blobs": readonly (SnapshotBlob)[];
  /** Of the numbers of all vectors here: `half` (16 bits) or `single` (32). */
  readonly "precision": "half" | "single";
  /** Send it as `from` to get what follows; null at the end of the page. */
  readonly "next": string | null;
};

/** A blob’s text and rows. */
export type SnapshotBlob = {
  /** The id of its git blob. */
  readonly "blob": string;
  /** Its text; null where the answer before had it. */
  readonly "text": string | null;
  /** Its rows, in order. */
  readonly "rows": readonly (SnapshotRow)[];
};

/** A chunk of a blob, with its vector. */
export type SnapshotRow = {
  /** Its number in the blob, from 0. */
  readonly "ordinal": number;
  /** Its first line. */
  readonly "start_line": number;
  /** Its last line. */
  readonly "end_line": number;
  /** The languages of the paths at which the blob stands. */
  readonly "languages": readonly (string)[];
  /** Its text. */
  readonly "text": string;
  /** Base64 of its vector’s numbers, little-endian. */
  readonly "vector": string;
};

/** A page of definitions. */
export type SymbolsAnswer = Freshness & {
  /** The branch that was searched. */
  readonly "branch": string;
  /** The indexed commit, which all of this is from. */
  readonly "commit": string;
  /** In git’s tree order of the paths, then by lines. */
  readonly "symbols": readonly (FoundSymbol)[];
  /** Files of this page’s part of the branch that may define the name and could not be parsed; 100 at most. */
  readonly "not_parsed": readonly (NotParsedFile)[];
  /** Files of the branch that are not in the index, so far as `path` and `language` let them through. */
  readonly "not_searched": readonly (NotSearched)[];
  /** Why the page ended before its `limit`: it had looked for 2 s (`time`), or its entries are long (`size`). The next page continues there. */
  readonly "truncated"?: "time" | "size" | undefined;
  /** Send it as `cursor` to get the next page; null on the last page. */
  readonly "next_cursor": string | null;
};

/** A definition in a file. */
export type FoundSymbol = OutlineEntry & {
  /** From the top of the tree; U+FFFD stands for what is not UTF-8. */
  readonly "path": string;
  /** Only of a name that is not UTF-8: its bytes, in base64. */
  readonly "path_bytes"?: string | undefined;
  /** The language, by the file’s name; null when it is not known. */
  readonly "language": string | null;
};

/** What a file defines. */
export type OutlineAnswer = Freshness & {
  /** From the top of the tree; U+FFFD stands for what is not UTF-8. */
  readonly "path": string;
  /** Only of a name that is not UTF-8: its bytes, in base64. */
  readonly "path_bytes"?: string | undefined;
  /** The branch that it was read from. */
  readonly "branch": string;
  /** The indexed commit, which all of this is from. */
  readonly "commit": string;
  /** The id of its git blob. */
  readonly "blob": string;
  /** The language, by the file’s name; null when it is not known. */
  readonly "language": string | null;
  /** In the order of the lines. */
  readonly "symbols": readonly (OutlineEntry)[];
  /** Why the list is empty: definitions of its `language` are not known, it is too long (`size`), took more than a second (`time`), or broke the parser (`failed`). Absent: the list is whole. */
  readonly "not_parsed"?: "language" | "size" | "time" | "failed" | undefined;
};

/** A definition. */
export type OutlineEntry = {
  /** The name that is defined. */
  readonly "name": string;
  /** What it is. */
  readonly "kind": "class" | "constant" | "enum" | "field" | "function" | "interface" | "macro" | "method" | "module" | "struct" | "type" | "variable";
  /** What it is defined in, from the outside in, with dots between; null at the top of a file. */
  readonly "container": string | null;
  /** The line of the name, from 1. */
  readonly "line": number;
  /** The first line of the definition. */
  readonly "start_line": number;
  /** The last line of the definition. */
  readonly "end_line": number;
  /** The line with the name, without the blanks around it; 200 UTF-16 code units of a longer one. */
  readonly "signature": string;
};

/** A file whose definitions are not known. */
export type NotParsedFile = {
  /** From the top of the tree; U+FFFD stands for what is not UTF-8. */
  readonly "path": string;
  /** Only of a name that is not UTF-8: its bytes, in base64. */
  readonly "path_bytes"?: string | undefined;
  /** `size`: it is too long. `time`: it took more than a second. `failed`: the parser broke on it. */
  readonly "reason": "size" | "time" | "failed";
};

/** A page of definitions of several repositories. */
export type SymbolsAllAnswer = {
  /** By repository, then in git’s tree order of the paths, then by lines. */
  readonly "symbols": readonly (RepositorySymbol)[];
  /** Files that may define the name and could not be parsed; 100 at most of each repository. */
  readonly "not_parsed": readonly (RepositoryNotParsed)[];
  /** The repositories that the entries are of, in their order. */
  readonly "repositories": readonly (SearchedRepository)[];
  /** How many repositories were searched for this page. */
  readonly "searched": number;
  /** Those that were not, as far as this page goes, and why. */
  readonly "not_searched": readonly (NotSearchedRepository)[];
  /** Why the page ended before its `limit`: it took too long (`time`), or its entries are long (`size`). The next page continues there. */
  readonly "truncated"?: "time" | "size" | undefined;
  /** For people: where not all of your repositories were looked at, and what is wrong with `language`. */
  readonly "warnings": readonly (string)[];
  /** Send it as `cursor` to get the next page; null on the last page. */
  readonly "next_cursor": string | null;
};

/** A definition in a file of a repository. */
export type RepositorySymbol = FoundSymbol & {
  /** The repository. */
  readonly "repository_id": string;
};

/** A file of a repository whose definitions are not known. */
export type RepositoryNotParsed = {
  /** From the top of the tree; U+FFFD stands for what is not UTF-8. */
  readonly "path": string;
  /** Only of a name that is not UTF-8: its bytes, in base64. */
  readonly "path_bytes"?: string | undefined;
  /** `size`: it is too long. `time`: it took more than a second. `failed`: the parser broke on it. */
  readonly "reason": "size" | "time" | "failed";
  /** The repository. */
  readonly "repository_id": string;
};

/** A new secret. Shown only this once. */
export type SecretRotated = {
  /** The repository. */
  readonly "repository_id": string;
  /** Which secret. */
  readonly "name": "webhook" | "push";
  /** The secret. */
  readonly "secret": string;
};

/** Where a repository is read from. */
export type Source = {
  /** Its address. */
  readonly "url": string;
  /** The name of its credential. Only owners see it. */
  readonly "credential"?: string | undefined;
};

/** What is indexed of a repository. */
export type Index = {
  /** The branches that have been synced, by name. */
  readonly "branches": readonly (Branch)[];
};

/** How a repository’s newest ended job ended. */
export type LastSync = {
  /** The job. */
  readonly "job_id": string;
  /** How it ended; `cancelled` also when a sync with `force` took its place. */
  readonly "status": "completed" | "completed_with_errors" | "failed" | "cancelled";
  /** When it ended. */
  readonly "ended_at": string;
  /** Why it failed; null otherwise. */
  readonly "error": JobError | null;
};

/** A branch’s index, from its last completed sync. */
export type Branch = Freshness & {
  /** Its name. */
  readonly "name": string;
  /** The commit that is indexed. */
  readonly "commit": string;
  /** Indexed files. */
  readonly "files": number;
  /** Their searchable pieces. */
  readonly "chunks": number;
};

/** A branch’s index beside its source, as the last sync of any branch saw it. */
export type IndexedBranch = Freshness & {
  /** Its name. */
  readonly "name": string;
  /** Whether it is the default branch. */
  readonly "default": boolean;
  /** The commit that is indexed. */
  readonly "indexed_commit": string;
  /** Indexed files. */
  readonly "files": number;
  /** Their searchable pieces. */
  readonly "chunks": number;
  /** The remote of the registered folder that it was read from, with `pull_remote`; null: the registered source itself. */
  readonly "remote": string | null;
  /** Since when the source is known to have deleted it; null while it is there. */
  readonly "deleted_at_source": string | null;
};

/** A page of branches. */
export type BranchList = {
  /** By name. */
  readonly "branches": readonly (IndexedBranch)[];
  /** Send it as `cursor` to get the next page; null on the last page. */
  readonly "next": string | null;
};

/** A page of repositories. */
export type RepositoryList = {
  /** By id. */
  readonly "repositories": readonly (Repository)[];
  /** Send it as `cursor` to get the next page; null on the last page. */
  readonly "next": string | null;
};

/** A sync job. */
export type Job = {
  /** Its id. */
  readonly "job_id": string;
  /** `completed_with_errors`: published, but some files could not be indexed, or some branches are not there. */
  readonly "status": "queued" | "running" | "completed" | "completed_with_errors" | "failed" | "cancelled";
  /** What it syncs. */
  readonly "repository_id": string;
  /** When it was asked for. */
  readonly "created_at": string;
  /** When it began; null while it is queued. */
  readonly "started_at": string | null;
  /** When it ended, successfully or not; null until then. */
  readonly "ended_at": string | null;
  /** When it last reported; at least once a second while it works, and not while it waits for the next try of a step. */
  readonly "updated_at": string;
  /** When it is likely to end, from this repository’s earlier syncs; null when that is not known. */
  readonly "estimated_completion": string | null;
  /** How far it is. */
  readonly "progress": Progress;
  /** The options in effect. */
  readonly "options": EffectiveOptions;
  /** What it reads. */
  readonly "source": JobSource | null;
  /** Who asked for it: a user, or `github`, `gitlab` or `schedule`. */
  readonly "requested_by": string;
  /** Whether it rebuilt the whole index; null until this is decided. */
  readonly "mode": "full" | "incremental" | null;
  /** Why the mode is full: `requested`, the `first_sync`, a changed embedder or chunker (`recipe_changed`), a branch of which half has changed (`mostly_new`), an index taken over from another service (`imported`), or because what was indexed is gone: `index_lost`, `index_damaged`, `manifest_lost`. Null otherwise. */
  readonly "mode_reason": "requested" | "first_sync" | "recipe_changed" | "mostly_new" | "imported" | "index_lost" | "index_damaged" | "manifest_lost" | null;
  /** Grows by one each time the job is resumed after a crash. */
  readonly "attempt": number;
  /** How each branch has moved since it was indexed. Values that were not known in time for the 202 are filled in later. */
  readonly "pull": readonly (Pull)[];
  /** The branches that it is for, with what has become of each; empty until it has looked where they are. The others are published where some are missing; where all are, it fails. */
  readonly "branches": readonly (JobBranch)[];
  /** The branches of `branches` that the source does not have. */
  readonly "missing": readonly (string)[];
  /** What `current` means for it; null until it has looked, and where the source has no default branch. */
  readonly "current": Current | null;
  /** All new commits; 0 without a pull, null where it is not known (yet). */
  readonly "pulled_commits": number | null;
  /** What it did; null until it has completed, and of a dry run. */
  readonly "counts": JobCounts | null;
  /** What it is going to do, or of a dry run would; null until the trees are compared. */
  readonly "plan": JobPlan | null;
  /** What it has taken so far, and when it has ended in all; null until the trees are compared. */
  readonly "used": JobUse | null;
  /** Branches that it took out of the index, because the source has deleted them; empty until it has completed. */
  readonly "dropped_branches": readonly (string)[];
  /** Why it failed; null otherwise. */
  readonly "error": JobError | null;
  /** Why a step of it failed that is tried again; null when none has, once the step has succeeded, and when the job has ended. */
  readonly "last_error": LastError | null;
  /** The job whose end it waits for before it begins; null where it waits for none. */
  readonly "waits_for_job_id": string | null;
};

/** The sync job that will do what was asked for. */
export type SyncAccepted = Job & {
  /** The job that `force` ended; null when there was none. */
  readonly "replaced_job_id": string | null;
  /** Whether it ran already, and does what was asked for: see `on_conflict`. */
  readonly "attached": boolean;
  /** Whether it waits for another one’s end. Other requests and pushes may join it: the job then has their branches too. */
  readonly "queued": boolean;
};

/** How far a job is. */
export type Progress = {
  /** Never decreases; 100 only when it has completed. */
  readonly "percentage": number;
  /** What it is doing. */
  readonly "phase": "queued" | "pull" | "diff" | "stage" | "embed" | "import" | "publish" | "ended";
  /** Changed files that are done. */
  readonly "files_processed": number;
  /** Changed files; null until they have been counted. */
  readonly "files_total": number | null;
  /** A file that is being processed. */
  readonly "current_file": string | null;
};

/** What a job reads. */
export type JobSource = {
  /** Its address. */
  readonly "url": string;
  /** The remote’s name; null for a folder of this machine that is read itself. */
  readonly "remote": string | null;
};

/** The options in effect. */
export type EffectiveOptions = {
  /** Whether a running sync was to be replaced. */
  readonly "force": boolean;
  /** Whether the whole index is rebuilt. */
  readonly "full_reindex": boolean;
  /** Whether only changes are processed. */
  readonly "incremental": boolean;
  /** Whether the remote is read. */
  readonly "pull_remote": boolean;
  /** Its name. */
  readonly "remote": string;
  /** The branches that were asked for. */
  readonly "branches": readonly (string)[];
  /** Patterns for this job, in addition to the repository’s own. */
  readonly "ignore_patterns": readonly (string)[];
  /** The address that gets its events. */
  readonly "progress_webhook"?: string | undefined;
  /** True where it was only to plan; absent otherwise. */
  readonly "dry_run"?: boolean | undefined;
  /** The most that it may cost, in US dollars; absent where no limit was given. */
  readonly "max_cost"?: number | undefined;
  /** The most files that it may read; absent where no limit was given. */
  readonly "max_files"?: number | undefined;
};

/** What was pulled of a branch. */
export type Pull = {
  /** The remote’s name. */
  readonly "remote": string;
  /** The branch. */
  readonly "branch": string;
  /** The commit that was indexed; null for the first sync. */
  readonly "from": string | null;
  /** The commit that is there now; null where it is not known yet. */
  readonly "to": string | null;
  /** New commits, exactly; null where it is not known (yet). */
  readonly "commit_count": number | null;
  /** Whether history was rewritten: the old commit is not in the new one’s history. */
  readonly "rewritten": boolean;
};

/** A branch that a job is for. */
export type JobBranch = {
  /** Its name; `current` where nothing tells which that is. */
  readonly "name": string;
  /** The commit that the job has read or found indexed; null for a branch that is missing. */
  readonly "commit": string | null;
  /** Why it is missing, and what to do; null otherwise. */
  readonly "reason": string | null;
  /** `pending`: to be published; `published`; `not_published`: the job failed, was cancelled or was a dry run; `missing`: the source does not have it. */
  readonly "status": "pending" | "published" | "not_published" | "missing";
};

/** What `current` means for a job. */
export type Current = {
  /** The branch: the repository’s `default_branch`, or what the source’s HEAD names. */
  readonly "branch": string;
  /** What it meant before, where HEAD has moved since the last sync; null otherwise. */
  readonly "moved_from": string | null;
  /** The branch that HEAD names; null where it names none. */
  readonly "head": string | null;
};

/** What a job did. Counts of files, unless the text says chunks. */
export type JobCounts = {
  /** New paths. */
  readonly "added": number;
  /** Paths whose content has changed. */
  readonly "modified": number;
  /** Paths that are gone. */
  readonly "deleted": number;
  /** Paths whose content was at another path before. */
  readonly "renamed": number;
  /** Paths that were not touched. */
  readonly "unchanged": number;
  /** Of the changed paths: those that search finds now. */
  readonly "indexed": number;
  /** Of the changed paths: those that are deliberately not indexed. */
  readonly "skipped": number;
  /** Of the changed paths: those that could not be indexed. */
  readonly "failed": number;
  /** Of the skipped paths: how many for each reason. */
  readonly "skipped_by_reason": { readonly [name: string]: number };
  /** Chunks that were embedded. */
  readonly "chunks_embedded": number;
  /** Chunks of changed files whose text was indexed before: they were not embedded again. */
  readonly "chunks_reused": number;
};

/** What a sync is going to do. Counts of files, unless the text says chunks or tokens. */
export type JobPlan = {
  /** True at the end of a dry run, and where nothing must be read: all files were cut into chunks and compared with what is indexed. False: known from paths, contents and sizes alone. */
  readonly "exact": boolean;
  /** New paths. */
  readonly "added": number;
  /** Paths whose content has changed. */
  readonly "modified": number;
  /** Paths that are gone. */
  readonly "deleted": number;
  /** Paths whose content was at another path before. */
  readonly "renamed": number;
  /** Paths that are not touched. */
  readonly "unchanged": number;
  /** Of the changed paths: those whose content must be read. What `max_files` limits. */
  readonly "files_to_read": number;
  /** Of the changed paths: those that are left out on purpose, as far as is known. */
  readonly "skipped": number;
  /** Of the skipped paths: how many for each reason. */
  readonly "skipped_by_reason": { readonly [name: string]: number };
  /** Of the changed paths: those that search will find; null until it is exact. */
  readonly "indexed": number | null;
  /** Of the changed paths: those that cannot be cut into chunks; null until it is exact. */
  readonly "failed": number | null;
  /** Chunks to embed; null until it is exact. */
  readonly "chunks_embedded": number | null;
  /** Chunks of changed files whose text is indexed already; null until it is exact. */
  readonly "chunks_reused": number | null;
  /** Tokens to embed, three characters a token; where it is not exact, at most so many. Null until the contents are read. */
  readonly "tokens": number | null;
  /** What the embedding model takes; null where the operator has not set it. */
  readonly "usd_per_million_tokens": number | null;
  /** What embedding them costs, as exact as `tokens`. What `max_cost` limits. */
  readonly "cost_usd": number | null;
  /** How long reading, embedding and publishing take, by this repository’s last syncs; null where there are none. */
  readonly "seconds": number | null;
  /** Branches that leave the index, because the source has deleted them. */
  readonly "dropped_branches": readonly (string)[];
};

/** What a job has taken, whatever its end. Tries that were repeated count once. */
export type JobUse = {
  /** Tokens that were embedded, three characters a token. */
  readonly "tokens": number;
  /** Chunks that were embedded. */
  readonly "chunks_embedded": number;
  /** Chunks that took the vector of an equal text. */
  readonly "chunks_reused": number;
  /** What that costs; null where the price is not known. */
  readonly "cost_usd": number | null;
  /** From its start to `ended_at`, or while it runs to `updated_at`. */
  readonly "seconds": number;
};

/** Why a step failed that is tried again. */
export type LastError = {
  /** For programs: the kind of failure. */
  readonly "code": string;
  /** For programs: the failure itself, such as `connection_refused`. The runbook lists them all, each with what to do. Absent where the code says all that is known. */
  readonly "reason"?: string | undefined;
  /** For people: where, what, and what to do. */
  readonly "message": string;
  /** When the try failed. */
  readonly "at": string;
  /** Which try of the step failed, from 1. */
  readonly "try": number;
  /** How many there are at most. */
  readonly "tries": number;
  /** The next try begins then at the latest, and often sooner: waits are drawn at random below a bound. Null while it is under way. */
  readonly "next_try_by": string | null;
};

/** Why a job failed. */
export type JobError = {
  /** For programs: the kind of failure. */
  readonly "code": string;
  /** For programs: the failure itself, such as `connection_refused`. The runbook lists them all, each with what to do. Absent where the code says all that is known. */
  readonly "reason"?: string | undefined;
  /** For people: where, what, and what to do. */
  readonly "message": string;
};

/** A page of jobs. */
export type JobList = {
  /** Newest first. */
  readonly "jobs": readonly (Job)[];
  /** Send it as `cursor` to get the next page; null on the last page. */
  readonly "next": string | null;
};

/** A file that a job processed but that is not in the index, or that was not written in UTF-8. */
export type JobFile = {
  /** The branch. */
  readonly "branch": string;
  /** The path. */
  readonly "path": string;
  /** Only of a name that is not UTF-8: its bytes, in base64. */
  readonly "path_bytes"?: string | undefined;
  /** `skipped` deliberately, `failed`, or `indexed` from another encoding than UTF-8. */
  readonly "outcome": "skipped" | "failed" | "indexed";
  /** Why, such as `binary`; for a failure its cause; for an indexed file how its encoding is known: `byte_order_mark`, `gitattributes` (`working-tree-encoding`), `detected`, or `damaged` (UTF-8 but for some bytes). */
  readonly "reason": string;
  /** Of an indexed file: what it was read as. */
  readonly "encoding"?: string | undefined;
};

/** A page of a job’s ledger. */
export type JobFileList = {
  /** Its lines. */
  readonly "files": readonly (JobFile)[];
  /** Send it as `cursor` to get the next page; null on the last page. */
  readonly "next": string | null;
};

/** A file that cannot be read. */
export type FileNotFound = Problem & {
  /** Why a file that is there is not in the index, such as `binary` or `too_large`. */
  readonly "reason"?: string | undefined;
};

/** A page of deliveries. */
export type DeliveryList = {
  /** Newest first. With a `status` a page may have fewer deliveries than its limit although `next` is not null. */
  readonly "deliveries": readonly (Delivery)[];
  /** Send it as `cursor` to get the next page; null on the last page. */
  readonly "next": string | null;
};

/** One event on its way to one address. */
export type Delivery = {
  /** Its id: the `webhook-id` that the receiver sees, the same at every try. */
  readonly "delivery_id": string;
  /** The repository. */
  readonly "repository_id": string;
  /** The job. */
  readonly "job_id": string;
  /** The address. */
  readonly "url": string;
  /** The event that is sent. */
  readonly "event": SyncEvent;
  /** `failed`: given up. `disabled`: the receiver answered 410, and gets nothing more until a redelivery. */
  readonly "status": "pending" | "delivered" | "failed" | "disabled";
  /** The last tries, newest last. */
  readonly "attempts": readonly (DeliveryAttempt)[];
  /** The number of tries. */
  readonly "tries": number;
  /** When it is tried next; null unless it is pending. */
  readonly "next_attempt_at": string | null;
  /** When it happened. */
  readonly "created_at": string;
  /** When the repository was registered that it is of: another one of the same id gets nothing of it. */
  readonly "repository_created_at"?: string | undefined;
};

/** One try. */
export type DeliveryAttempt = {
  /** When. */
  readonly "at": string;
  /** The receiver’s status; null when there was no answer. */
  readonly "status": number | null;
  /** Why there was no answer; null when there was one. */
  readonly "error": string | null;
  /** How long it took. */
  readonly "milliseconds": number;
};

/** What a progress webhook gets, in the form of Standard Webhooks. */
export type SyncEvent = {
  /** What happened. */
  readonly "type": "sync.started" | "sync.progress" | "sync.completed" | "sync.failed" | "sync.cancelled";
  /** When. */
  readonly "timestamp": string;
  /** The job as it was then. */
  readonly "data": Job;
};

/** What was done about a push. */
export type PushHookAnswer = {
  /** `started`: a sync has begun. `owed`: a sync is running, and exactly one more will follow. `ignored`: there is nothing to do. `pong`: the answer to a ping. */
  readonly "outcome": "started" | "owed" | "ignored" | "pong";
  /** The sync that has begun; null otherwise. */
  readonly "job_id": string | null;
  /** Why it is ignored; null otherwise. */
  readonly "reason": string | null;
};

/** Whether the service’s stores answer. */
export type Health = {
  /** `failing` when one of the checks is. */
  readonly "status": "ok" | "failing";
  /** One for each store. */
  readonly "checks": HealthChecks;
  /** What runs. */
  readonly "versions": Versions;
};

/** One for each store. */
export type HealthChecks = {
  /** Repositories and jobs. */
  readonly "database": HealthCheck;
  /** Manifests, batches and ledgers. */
  readonly "objects": HealthCheck;
  /** Vectors and words. */
  readonly "index": HealthCheck;
};

/** Whether a store answers. */
export type HealthCheck = {
  /** `failing`: it gave an error, or no answer in 2 s. */
  readonly "status": "ok" | "failing";
  /** How long it took. */
  readonly "milliseconds": number;
  /** Null when it is `ok`. */
  readonly "reason": string | null;
};

/** What runs. */
export type Versions = {
  /** Of the service. */
  readonly "service": string;
  /** Of Node. */
  readonly "node": string;
  /** Of git, on one machine; null on AWS, where git is in an image of its own. */
  readonly "git": string | null;
};

/** A problem document (RFC 9457). */
export type Problem = {
  /** The kind of problem, for programs. */
  readonly "type": string;
  /** The kind of problem, for people. */
  readonly "title": string;
  /** The HTTP status. */
  readonly "status": number;
  /** What is wrong with this request. */
  readonly "detail": string;
  /** The same as `title`. */
  readonly "error": string;
  /** The same as `detail`. */
  readonly "message": string;
  /** Of a 400: each field that is wrong, and what is allowed there; 50 at most. */
  readonly "errors"?: readonly ({
    readonly "field": string;
    readonly "message": string;
  })[] | undefined;
  /** Of a 400 with more wrong fields than `errors` lists: how many there are. */
  readonly "errors_total"?: number | undefined;
};

/** A problem document that names each field that is wrong. */
export type InvalidRequest = {
  /** The kind of problem, for programs. */
  readonly "type": string;
  /** The kind of problem, for people. */
  readonly "title": string;
  /** The HTTP status. */
  readonly "status": number;
  /** What is wrong with this request. */
  readonly "detail": string;
  /** The same as `title`. */
  readonly "error": string;
  /** The same as `detail`. */
  readonly "message": string;
  /** Of a 400: each field that is wrong, and what is allowed there; 50 at most. */
  readonly "errors": readonly ({
    readonly "field": string;
    readonly "message": string;
  })[];
  /** Of a 400 with more wrong fields than `errors` lists: how many there are. */
  readonly "errors_total"?: number | undefined;
};

/** More than is allowed, of requests or of what a quota counts. */
export type TooManyRequests = Problem & {
  /** The quota that is used up; absent where it is the number of requests. */
  readonly "quota"?: "repositories" | "embedded_tokens_per_day" | undefined;
  /** How much that quota allows. */
  readonly "limit"?: number | undefined;
};

/** The branch has no index. */
export type NotIndexed = Problem & {
  /** The branch that was to be searched; null where the source’s default branch is not known. */
  readonly "branch": string | null;
  /** The branches that have an index, by name. */
  readonly "indexed_branches": readonly (string)[];
};

/** What was indexed is lost or damaged: a sync makes it anew. */
export type IndexUnusable = Problem & {
  /** `index_lost`: the index is gone. `index_damaged`: parts of it are. `manifest_lost`: the list of the branch’s files is gone or damaged. */
  readonly "fault": "index_lost" | "index_damaged" | "manifest_lost";
  /** The branch that was to be searched. */
  readonly "branch": string;
  /** The sync that runs; null: none does, start one. */
  readonly "job_id": string | null;
};

/** The job has ended already. */
export type JobEnded = Problem & {
  /** The job. */
  readonly "job_id": string;
  /** How it ended; `queued` of one that has not begun. */
  readonly "job_status": "queued" | "running" | "completed" | "completed_with_errors" | "failed" | "cancelled";
  /** When; null of one that has not begun. */
  readonly "ended_at": string | null;
};

/** The sync would do more than a limit allows; nothing was changed. */
export type OverLimit = Problem & {
  /** Its job, which has failed. */
  readonly "job_id": string;
  /** What it was going to do, as far as it had looked. */
  readonly "plan": JobPlan;
};

/** A sync is running; you can follow its job. */
export type SyncInProgress = Problem & {
  /** The job that runs. */
  readonly "job_id": string;
  /** Its status. */
  readonly "job_status": "queued" | "running" | "completed" | "completed_with_errors" | "failed" | "cancelled";
  /** How far it is. */
  readonly "progress": Progress;
  /** When it is likely to end, from this repository’s earlier syncs; null when that is not known. */
  readonly "estimated_completion": string | null;
  /** With `on_conflict: "attach"`: in what the job that runs differs from what was asked for. Absent otherwise. */
  readonly "differs"?: "branches" | "full_reindex" | "incremental" | "source" | "ignore_patterns" | "progress_webhook" | "dry_run" | "max_cost" | "max_files" | undefined;
};
