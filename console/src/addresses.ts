/** The console's own addresses. */

const part = encodeURIComponent;

export const repositoryPage = (id: string, tab: string = ''): string =>
  `/repositories/${part(id)}${tab === '' ? '' : `/${tab}`}`;

export const jobPage = (id: string): string => `/jobs/${part(id)}`;

export interface FilePlace {
  readonly file: string;
  /** Of a name that is not UTF-8: what it is, in base64. */
  readonly bytes?: string | undefined;
  readonly branch?: string | undefined;
  /** The lines to show, from and to. */
  readonly lines?: readonly [from: number, to: number];
}

/** Where a file of a branch is shown. */
export const filePage = (id: string, { file, bytes, branch, lines }: FilePlace): string => {
  const query = new URLSearchParams({ file, ...given({ bytes, branch }) });
  const [from, to] = lines ?? [];
  const place = from === undefined ? '' : from === to || to === undefined ? `#L${from}` : `#L${from}-${to}`;
  return `${repositoryPage(id, 'files')}?${query}${place}`;
};

/** Where a folder of a branch is shown; an empty one is the top. */
export const folderPage = (id: string, folder: string, branch?: string, bytes?: string): string => {
  const query = new URLSearchParams({ ...(folder === '' ? {} : { path: folder }), ...given({ bytes, branch }) });
  return `${repositoryPage(id, 'files')}${query.size === 0 ? '' : `?${query}`}`;
};

const given = (values: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));

/** What base64 says. */
export const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));

/** Of the folders that a path's bytes go through: each one's bytes in base64, the whole last. */
export const foldersOf = (base64: string): readonly string[] => {
  const bytes = bytesOf(base64);
  const ends = [...bytes.entries().flatMap(([n, byte]) => (byte === SLASH ? [n] : [])), bytes.length];
  return ends.map((end) => btoa(String.fromCharCode(...bytes.subarray(0, end))));
};

const SLASH = 47;

/** The lines that an address's hash names (`#L3`, `#L3-9`). */
export const linesOf = (hash: string): readonly [from: number, to: number] | null => {
  const [, from, to = from] = /^#L(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(hash) ?? [];
  return from === undefined ? null : [Math.min(Number(from), Number(to)), Math.max(Number(from), Number(to))];
};
