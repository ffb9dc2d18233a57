import { ObjectDamagedError } from '../../domain/errors.ts';
import type { PageRef } from './paged-set.ts';

/**
 * What a branch's manifest is: its sets by their names, each a list of pages in the set's order. A reader looks up the sets that it
 * knows, so another one may be added.
 */
export type ManifestRoot = ReadonlyMap<string, readonly PageRef[]>;

/** How each root begins. Another number is another form. */
const FORM = 'pages 1';

/** Whether a line begins a root. What was written before there were roots is a list of files, and begins with an object id. */
export const isRootLine = (line: string): boolean => line.startsWith('pages ');

/** A line for the form and how many sets there are, one for each set (its name, and how many pages follow), and one for each page, its first key last. */
export const rootText = (root: ManifestRoot): string => {
  const lines = [`${FORM}\t${root.size}`];
  for (const [name, pages] of root) {
    lines.push(`${name}\t${pages.length}`);
    for (const page of pages) lines.push(pageLine(page));
  }
  return `${lines.join('\n')}\n`;
};

/** Throws ObjectDamagedError for what is no root, or not all of one. */
export const parseRoot = (lines: readonly string[]): ManifestRoot => {
  const [form, sets] = (lines[0] ?? '').split('\t');
  if (form !== FORM) throw new ObjectDamagedError(`not a manifest of the form "${FORM}"`);
  const root = new Map<string, readonly PageRef[]>();
  for (let at = 1; at < lines.length; ) {
    const [name = '', count] = (lines[at] as string).split('\t');
    const end = at + 1 + Number(count);
    if (!(end <= lines.length)) throw new ObjectDamagedError(`the manifest's set ${name} is cut short`);
    root.set(name, lines.slice(at + 1, end).map(parsePageLine));
    at = end;
  }
  if (root.size !== Number(sets)) throw new ObjectDamagedError(`the manifest has ${root.size} sets of ${sets}`);
  return root;
};

const pageLine = ({ name, writer, stored, lines, files, chunks, bytes, firstKey }: PageRef): string =>
  [name, writer, stored, lines, files, chunks, bytes, firstKey].join('\t');

/** A key may hold tabs. */
const parsePageLine = (line: string): PageRef => {
  const [name = '', writer = '', stored, lines, files, chunks, bytes, ...key] = line.split('\t');
  if (key.length === 0) throw new ObjectDamagedError(`not a page of a manifest: ${line.slice(0, 80)}`);
  return {
    name,
    writer,
    stored: Number(stored),
    lines: Number(lines),
    files: Number(files),
    chunks: Number(chunks),
    bytes: Number(bytes),
    firstKey: key.join('\t'),
  };
};
