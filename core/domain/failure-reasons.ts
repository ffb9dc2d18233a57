/**
 * Why a source, or the disk that it is read on, fails: a word that programs may rely on, the class that decides whether the step is
 * tried again (by the retry blocks of core/workflow/sync.asl.json), one plain sentence, and what to do. A test keeps
 * docs/runbook.md in step.
 */
interface ReasonFacts {
  readonly code:
    | 'SourceUnavailableError'
    | 'SourceNotFoundError'
    | 'SourceRefusedError'
    | 'SourceUnusableError'
    | 'BranchNotFoundError'
    | 'DiskUnusableError'
    | 'OverLimitError';
  /** Follows the address and a colon. */
  readonly says: string;
  readonly remedy: string;
}

export const failureReasons = {
  connection_refused: {
    code: 'SourceUnavailableError',
    says: 'nothing accepts connections at its host and port',
    remedy: 'check the address, and that its server runs',
  },
  connection_cut: {
    code: 'SourceUnavailableError',
    says: 'the connection was cut before the answer was complete',
    remedy: 'sync again; if it stays, look at the server and at what is between',
  },
  no_answer: {
    code: 'SourceUnavailableError',
    says: 'the server did not answer in time',
    remedy: 'check that its host can be reached from here, and how busy it is',
  },
  host_unresolved: {
    code: 'SourceUnavailableError',
    says: 'its host’s name could not be looked up',
    remedy: 'check the network and the name server of this machine',
  },
  host_unreachable: {
    code: 'SourceUnavailableError',
    says: 'its host cannot be reached from here',
    remedy: 'check the network and the firewalls between',
  },
  rate_limited: {
    code: 'SourceUnavailableError',
    says: 'the server wants fewer requests (429)',
    remedy: 'sync later or less often, or name a credential with a higher limit',
  },
  server_error: {
    code: 'SourceUnavailableError',
    says: 'the server failed',
    remedy: 'sync again later; if it stays, ask who runs the server',
  },
  commit_gone: {
    code: 'SourceUnavailableError',
    says: 'a branch has moved meanwhile, and its commit is gone',
    remedy: 'sync again',
  },
  git_killed: {
    code: 'SourceUnavailableError',
    says: 'git was ended from outside while it worked',
    remedy:
      'sync again; if it stays, see whether this machine runs out of memory: its kernel’s log names what it has ended',
  },
  git_failed: {
    code: 'SourceUnavailableError',
    says: 'git failed in a way that has no name here',
    remedy: 'sync again; if it stays, try `git ls-remote` with the address',
  },
  host_unknown: {
    code: 'SourceNotFoundError',
    says: 'there is no host of that name',
    remedy: 'check how the name is written',
  },
  repository_missing: {
    code: 'SourceNotFoundError',
    says: 'there is no git repository',
    remedy: 'check the address; a private one needs a credential that may read it',
  },
  not_git: {
    code: 'SourceNotFoundError',
    says: 'what answers there is no git server',
    remedy: 'give the address that `git clone` takes, not that of a web page',
  },
  credentials_needed: {
    code: 'SourceNotFoundError',
    says: 'does not exist, or may not be read without credentials',
    remedy: 'check the address, or name a credential for it',
  },
  credentials_refused: {
    code: 'SourceNotFoundError',
    says: 'the server does not accept the credential',
    remedy: 'put a valid user and password or token into it',
  },
  access_denied: {
    code: 'SourceNotFoundError',
    says: 'may not be read with these credentials (403)',
    remedy: 'give the credential’s user the right to read it',
  },
  permission_denied: {
    code: 'SourceNotFoundError',
    says: 'the service’s user may not read its files',
    remedy: 'give that user the right to read them and to enter their folders',
  },
  address_refused: {
    code: 'SourceRefusedError',
    says: 'the address may not be used',
    remedy: 'give an https:// address of a public host; on one machine also a path, or http:// on this machine',
  },
  credential_refused: {
    code: 'SourceRefusedError',
    says: 'the credential may not be used for it',
    remedy: 'the operator’s log says why',
  },
  outside_source_roots: {
    code: 'SourceRefusedError',
    says: 'it is in no folder whose repositories may be read, or leads out of them',
    remedy: 'the operator sets them with SOURCE_ROOTS',
  },
  redirected: {
    code: 'SourceRefusedError',
    says: 'answers with a redirect, which is not followed',
    remedy: 'give the address that it leads to',
  },
  certificate_untrusted: {
    code: 'SourceRefusedError',
    says: 'its certificate is not trusted',
    remedy: 'renew it, or give the service the authority’s certificate in GIT_SSL_CAINFO',
  },
  tls_failed: {
    code: 'SourceRefusedError',
    says: 'no TLS connection comes about',
    remedy: 'check that https:// is spoken at this port, in a version of TLS that is still in use',
  },
  foreign_files: {
    code: 'SourceRefusedError',
    says: 'the repository belongs to another user of this machine, and git reads only your own',
    remedy: 'run the service as that user, or give the files to the service’s',
  },
  request_refused: {
    code: 'SourceUnusableError',
    says: 'the server refuses the request',
    remedy: 'check the address, and that `git clone` works with it',
  },
  answer_garbled: {
    code: 'SourceUnusableError',
    says: 'its answer is not git’s protocol',
    remedy: 'check the address; a proxy between may change answers',
  },
  transfer_too_slow: {
    code: 'SourceUnusableError',
    says: 'it sends too slowly',
    remedy: 'sync when the server or the network is less busy',
  },
  reading_too_slow: {
    code: 'SourceUnusableError',
    says: 'git took too long to read what it has',
    remedy: 'sync when this machine is less busy; `git gc` in the source helps',
  },
  too_large: {
    code: 'SourceUnusableError',
    says: 'larger than the limits allow',
    remedy: 'the limits are in adapters/git/git-limits.ts',
  },
  objects_damaged: {
    code: 'SourceUnusableError',
    says: 'its objects are missing, damaged or malformed',
    remedy:
      'sync again if it was replaced while it was read; else `git fsck` in it tells which: clone it again, or restore them',
  },
  partial_clone: {
    code: 'SourceUnusableError',
    says: 'it is a partial clone, and objects that are needed are not in it',
    remedy: 'get them with `git fetch --refetch --no-filter` in it',
  },
  config_broken: {
    code: 'SourceUnusableError',
    says: 'git cannot read its configuration',
    remedy: '`git config --list` in it says which line to fix',
  },
  format_unknown: {
    code: 'SourceUnusableError',
    says: 'it has a format or an extension that this git does not know',
    remedy: 'install a newer git, or clone the repository again without it',
  },
  branch_missing: {
    code: 'BranchNotFoundError',
    says: 'it has not the branch that was asked for',
    remedy: 'name one that `git ls-remote --heads` lists',
  },
  disk_full: {
    code: 'DiskUnusableError',
    says: 'the service’s disk is full',
    remedy: 'free some space, then sync again',
  },
  disk_read_only: {
    code: 'DiskUnusableError',
    says: 'the service’s disk cannot be written to',
    remedy: 'mount it for writing, then sync again',
  },
  over_limit: {
    code: 'OverLimitError',
    says: 'the sync would do more than its caller allows',
    remedy: 'look at the job’s plan, then raise max_files or max_cost, or leave out more with ignore patterns',
  },
} as const satisfies Readonly<Record<string, ReasonFacts>>;

export type FailureReason = keyof typeof failureReasons;

/** `[reason] ` before a message: how a reason passes through a workflow that keeps an error's name and message only. */
const marked = /^\[(\w+)\] /;

export const withReason = (message: string, reason: FailureReason | undefined): string =>
  reason === undefined ? message : `[${reason}] ${message}`;

/** What {@link withReason} put together; any other text is a message without a reason. */
export const splitReason = (text: string): { readonly reason?: FailureReason; readonly message: string } => {
  const match = marked.exec(text);
  const reason = match?.[1];
  return match !== null && reason !== undefined && Object.hasOwn(failureReasons, reason)
    ? { reason: reason as FailureReason, message: text.slice(match[0].length) }
    : { message: text };
};
