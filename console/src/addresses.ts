/** The console's own addresses. */

const part = encodeURIComponent;

export const repositoryPage = (id: string, tab: string = ''): string =>
  `/repositories/${part(id)}${tab === '' ? '' : `/${tab}`}`;

export const jobPage = (id: string): string => `/jobs/${part(id)}`;

export interface FilePlace {
  readonly file: string;
  readonly branch?: string | undefined;
  /** The lines to show, from and to. */
  readonly lines?: readonly [from: number, to: number];
}

/** Where a file of a branch is shown. */
export const filePage = (id: string, { file, branch, lines }: FilePlace): string => {
  const query = new URLSearchParams({ file, ...(branch === undefined ? {} : { branch }) });
  const [from, to] = lines ?? [];
  const place = from === undefined ? '' : from === to || to === undefined ? `#L${from}` : `#L${from}-${to}`;
  return `${repositoryPage(id, 'files')}?${query}${place}`;
};

/** Where a folder of a branch is shown; an empty one is the top. */
export const folderPage = (id: string, folder: string, branch?: string): string => {
  const query = new URLSearchParams({
    ...(folder === '' ? {} : { path: folder }),
    ...(branch === undefined ? {} : { branch }),
  });
  return `${repositoryPage(id, 'files')}${query.size === 0 ? '' : `?${query}`}`;
};

/** The lines that an address's hash names (`#L3`, `#L3-9`). */
export const linesOf = (hash: string): readonly [from: number, to: number] | null => {
  const [, from, to = from] = /^#L(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(hash) ?? [];
  return from === undefined ? null : [Math.min(Number(from), Number(to)), Math.max(Number(from), Number(to))];
};
