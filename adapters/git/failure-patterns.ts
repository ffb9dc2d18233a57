import type { FailureReason } from '../../core/domain/failure-reasons.ts';

interface Named {
  readonly reason: FailureReason;
  /** More exact than the reason's own sentence. */
  readonly says?: string | undefined;
}

type Pattern = readonly [
  pattern: RegExp,
  name: FailureReason | ((match: RegExpExecArray, authorized: boolean) => Named),
];

/**
 * What git and its curl (with OpenSSL or GnuTLS) say, in English (LC_ALL=C): the first that matches. Causes come before what they lead
 * to: git ends with "early EOF" and "invalid index-pack output" whatever it was that broke off.
 */
const patterns: readonly Pattern[] = [
  [/No space left on device|Disk quota exceeded/, 'disk_full'],
  [/Read-only file system/, 'disk_read_only'],
  [
    /couldn't find remote ref refs\/heads\/(.+)/,
    ([, branch]) => ({ reason: 'branch_missing', says: `it has no branch ${branch}` }),
  ],
  [/\b(?:returned error:|HTTP) (\d{3})\b/, ([, status], authorized) => byStatus(Number(status), authorized)],
  [
    /could not read (?:Username|Password)|Authentication failed|terminal prompts disabled/,
    (_, authorized) => ({ reason: authorized ? 'credentials_refused' : 'credentials_needed' }),
  ],
  [/detected dubious ownership/, 'foreign_files'],
  [
    /bad config line (\d+)/,
    ([, line]) => ({ reason: 'config_broken', says: `git cannot read line ${line} of its configuration` }),
  ],
  [/bad config (?:variable|file)|bad \w+ config value/, 'config_broken'],
  [/Expected git repo version|unknown repository (?:extension|object format)/, 'format_unknown'],
  [/transport '.*' not allowed/, 'address_refused'],
  [/Could not resolve host/, 'host_unresolved'],
  [/No route to host|Network is unreachable/, 'host_unreachable'],
  [/Operation too slow|timed out|Connection timeout/, 'no_answer'],
  [/Failed to connect|Couldn't connect|Connection refused/, 'connection_refused'],
  [
    /server certificate verification failed|SSL certificate problem|certificate.*(?:expired|not match)|no alternative certificate/i,
    'certificate_untrusted',
  ],
  [
    /non-properly terminated|SSL_ERROR_SYSCALL|unexpected eof while reading|Empty reply|Connection (?:was )?reset|(?:Recv|Send) failure|transfer closed|not closed cleanly/i,
    'connection_cut',
  ],
  [/gnutls_handshake\(\) failed|SSL routines|SSL connect error|TLS connect error|wrong version number/i, 'tls_failed'],
  [/dumb http transport/, 'not_git'],
  [
    /repository '.*' not found|not a git repository|invalid gitfile format|does not appear to be a git repository|not valid: is this a git repository|no such file or directory/i,
    'repository_missing',
  ],
  [
    /possible repository corruption|mismatched algorithms|fsck error|error in object|bad pack|inflate|pack is corrupted|did not receive expected object|bad tree object|missing (?:blob|tree|commit)/i,
    'objects_damaged',
  ],
  [/bad line length|invalid server response|HTTP\/0\.9|Unsupported protocol|unexpected line/i, 'answer_garbled'],
  [/early EOF|unexpected disconnect|hung up|Broken pipe/i, 'connection_cut'],
  // Nothing broke off, and still there was not what the protocol wants.
  [/expected flush|protocol error/, 'answer_garbled'],
];

const byStatus = (status: number, authorized: boolean): Named => {
  if (status >= 300 && status < 400) return { reason: 'redirected' };
  if (status === 401) return { reason: authorized ? 'credentials_refused' : 'credentials_needed' };
  if (status === 403) return { reason: 'access_denied' };
  if (status === 404 || status === 410) return { reason: 'repository_missing' };
  if (status === 429) return { reason: 'rate_limited' };
  if (status >= 500 || status === 408 || status === 425)
    return { reason: 'server_error', says: `the server failed (${status})` };
  return { reason: 'request_refused', says: `the server refuses the request (${status})` };
};

/** Names what git wrote to stderr; null when it has no name. @param authorized Whether git had a credential to use. */
export const failureByName = (stderr: string, authorized: boolean): Named | null => {
  // Lines of the server may hold anything.
  const own = stderr.replace(/^remote: (?!.*possible repository corruption).*$/gm, '');
  for (const [pattern, name] of patterns) {
    const match = pattern.exec(own);
    if (match !== null) return typeof name === 'string' ? { reason: name } : name(match, authorized);
  }
  return null;
};
