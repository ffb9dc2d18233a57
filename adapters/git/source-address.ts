import { isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { CredentialUse } from '../../core/domain/credential-bounds.ts';
import { SourceRefusedError } from '../../core/domain/errors.ts';
import { failureOf } from '../../core/domain/failure-of.ts';
import type { Credential } from '../../core/ports/credentials.ts';
import type { Source } from '../../core/ports/git-source.ts';
import { isLoopbackAddress, isPublicAddress } from '../system/public-address.ts';
import type { GitSetting } from './git-environment.ts';

/** Which sources are allowed. `local`: on the user's own machine, his own paths and servers too. */
export type SourcePolicy = 'https-only' | 'local';

/** The credential, for a user who may use it for that address; null for anyone else, and for a credential that does not exist. */
export type ResolveCredential = (use: CredentialUse, address: string) => Promise<Credential | null>;

export interface AddressOptions {
  readonly policy: SourcePolicy;
  /** Every address of a host, as literals. */
  readonly lookup: (host: string) => Promise<readonly string[]>;
  readonly resolveCredential: ResolveCredential;
}

/** A source that may be used, in git's terms: a remote named `origin`. */
export interface SourceAddress {
  /** For messages: holds no secret. */
  readonly label: string;
  readonly protocol: 'https' | 'http' | 'file';
  /** Of a source on this machine: where. */
  readonly path: string | null;
  /** Whether git has a credential for it. */
  readonly authorized: boolean;
  readonly settings: readonly GitSetting[];
}

/** Git ignores filters on a local path unless upload-pack allows them, and drops our own settings on the way to it. */
const localUploadPack = [
  'git',
  '-c uploadpack.allowFilter=true',
  '-c uploadpack.allowAnySHA1InWant=true',
  '-c core.hooksPath=/dev/null',
  'upload-pack',
].join(' ');

/**
 * Checks a source and says how git reaches it.
 * @throws SourceRefusedError (a credential that may not be used too), SourceUnavailableError (a host that does not resolve now), SourceNotFoundError (one that does not exist).
 */
export const resolveSource = async (source: Source, options: AddressOptions): Promise<SourceAddress> => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: URL parsers drop some of them silently
  if (/[\u0000-\u001f\u007f]/.test(source.url)) throw refused('the source’s address has control characters');
  if (options.policy === 'local' && source.url.startsWith('/')) return localPath(source.url);
  const url = URL.parse(source.url);
  if (url === null) throw refused(`not a source’s address: ${allowed(options.policy)}`);
  if (options.policy === 'local' && url.protocol === 'file:') return localPath(pathOf(url));
  if (url.protocol === 'https:') return overHttp(url, 'https', source, options);
  if (options.policy === 'local' && url.protocol === 'http:') return overHttp(url, 'http', source, options);
  throw refused(`the scheme ${url.protocol}// may not be used: ${allowed(options.policy)}`);
};

const refused = (message: string, cause?: unknown): SourceRefusedError =>
  new SourceRefusedError(message, { reason: 'address_refused', ...(cause === undefined ? {} : { cause }) });

const allowed = (policy: SourcePolicy): string =>
  policy === 'local'
    ? 'give an absolute path, file://, https://, or http:// on this machine'
    : 'give an https:// address';

const pathOf = (url: URL): string => {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw refused('a file:// address must name a path of this machine', error);
  }
};

const localPath = (path: string): SourceAddress => ({
  label: path,
  protocol: 'file',
  path,
  authorized: false,
  settings: [
    ['remote.origin.url', path],
    ['remote.origin.uploadpack', localUploadPack],
  ],
});

const overHttp = async (
  url: URL,
  protocol: 'https' | 'http',
  source: Source,
  options: AddressOptions,
): Promise<SourceAddress> => {
  if (url.username !== '' || url.password !== '')
    throw refused('the source’s address contains credentials: register them as a credential instead');
  if (url.search !== '' || url.hash !== '')
    throw refused('the source’s address must have neither a query nor a fragment');
  // libcurl drops the dot in some versions, and then would not find what is pinned below.
  if (url.hostname.endsWith('.')) throw refused('the source’s host must not end with a dot');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const plain = `${url.protocol}//${url.host}${url.pathname}`;
  const addresses = isIP(host) === 0 ? await addressesOf(host, plain, options) : [host];
  const acceptable =
    protocol === 'http' ? isLoopbackAddress : options.policy === 'https-only' ? isPublicAddress : () => true;
  if (!addresses.every(acceptable))
    throw refused(
      protocol === 'http'
        ? 'http:// may be used on this machine’s own addresses only: give an https:// address'
        : `the host ${host} resolves to an address that is not public`,
    );
  return {
    // Anyone who reads that a source was refused wants to know which credential was tried.
    label: source.credential === undefined ? plain : `${plain} (with the credential ${source.credential.name})`,
    protocol,
    path: null,
    authorized: source.credential !== undefined,
    settings: [
      ['remote.origin.url', plain],
      ...(isIP(host) === 0 ? [pin(url, protocol, addresses)] : []),
      ...(await authorization(plain, source, options)),
    ],
  };
};

const addressesOf = async (host: string, where: string, { lookup }: AddressOptions): Promise<readonly string[]> => {
  try {
    const addresses = await lookup(host);
    if (addresses.length > 0) return addresses;
  } catch (error) {
    // Name servers answer that there is no such name; any other failure is theirs, and passes.
    const unknown = (error as NodeJS.ErrnoException).code === 'ENOTFOUND';
    throw failureOf(unknown ? 'host_unknown' : 'host_unresolved', where, {
      says: unknown ? `there is no host ${host}` : `the name of the host ${host} could not be looked up`,
      cause: error,
    });
  }
  throw failureOf('host_unknown', where, { says: `the host ${host} has no address` });
};

/** What was checked is what is connected to: a second lookup might answer otherwise. */
const pin = (url: URL, protocol: 'https' | 'http', addresses: readonly string[]): GitSetting => {
  const port = url.port === '' ? { https: 443, http: 80 }[protocol] : url.port;
  const literals = addresses.map((address) => (isIP(address) === 6 ? `[${address}]` : address));
  return ['http.curloptResolve', `${url.hostname}:${port}:${literals.join(',')}`];
};

/** Through the environment only: arguments are seen by every user of a machine. */
const authorization = async (
  address: string,
  { credential: use }: Source,
  options: AddressOptions,
): Promise<GitSetting[]> => {
  if (use === undefined) return [];
  const credential = await options.resolveCredential(use, address);
  // One text for all that may be wrong: no one learns from it which credentials exist.
  if (credential === null)
    throw new SourceRefusedError(
      `${address}: the credential ${use.name} may not be used for it by ${use.user}: the operator’s log says why`,
      { reason: 'credential_refused' },
    );
  const token = Buffer.from(`${credential.username}:${credential.password}`).toString('base64');
  return [[`http.${address}.extraHeader`, `Authorization: Basic ${token}`]];
};
