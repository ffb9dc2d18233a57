import { z } from 'zod';
import { SNAPSHOT_FORM, Snapshot, SnapshotPart } from '../contract/snapshot.ts';
import { BranchNotFoundError, SourceUnusableError } from '../domain/errors.ts';
import { pageName, pageText } from '../manifest/pages/page-text.ts';
import type { IndexRow } from '../ports/search-index.ts';
import type { SnapshotAddress, SnapshotSource } from '../ports/snapshot-source.ts';
import { type IndexedBlob, indexedBlobs } from './rules/indexed-blobs.ts';
import type { Recipe } from './rules/plan-generation.ts';
import { readVector } from './rules/vector-text.ts';
import { isBlobLine, isFileLine } from './snapshot-lines.ts';

/** Another service's repository, as a job reads it. */
export interface SnapshotReader {
  /** What a branch's index is there now; without a name, the default branch's. */
  open(branch: string | undefined): Promise<Snapshot>;
  /** All lines of a page. Null: the branch has moved, and has not that page any more. */
  lines(branch: string, page: string): Promise<readonly string[] | null>;
  /** The blobs of a page that are in the index, whole. */
  blobs(branch: string, page: string): Promise<readonly ReadBlob[] | null>;
}

export interface ReadBlob {
  readonly oid: string;
  readonly size: number;
  readonly text: string;
  readonly rows: readonly IndexRow[];
}

/** What another service sends is not believed: a page is what its name says, and a blob has its text and all its rows, or nothing is taken. */
export const openSnapshots = (
  source: SnapshotSource,
  address: SnapshotAddress,
  recipe: Recipe,
  signal: AbortSignal,
): SnapshotReader => {
  const get = async <T>(path: string, schema: z.ZodType<T>): Promise<T | null> => {
    const body = await source.get(address, path, signal);
    if (body === null) return null;
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw unusable(address, `its answer is no snapshot (${issue?.path.join('.')}: ${issue?.message})`);
  };
  const part = async (branch: string, page: string, from: string | null): Promise<SnapshotPart | null> => {
    const query = new URLSearchParams({ branch, ...(from === null ? {} : { from }) });
    return get(`/snapshot/${page}?${query}`, SnapshotPart);
  };
  const checked = async (
    page: string,
    lines: readonly string[],
    isLine: (line: string) => boolean,
  ): Promise<readonly string[]> => {
    if ((await pageName(pageText(lines))) !== page) throw unusable(address, `the page ${page} holds something else`);
    if (!lines.every(isLine)) throw unusable(address, `the page ${page} has a line that no sync writes`);
    return lines;
  };
  return {
    open: async (branch) => {
      const query = branch === undefined ? '' : `?${new URLSearchParams({ branch })}`;
      const form = await get(`/snapshot${query}`, z.looseObject({ form: z.int() }));
      if (form === null)
        throw new BranchNotFoundError(`${address.url}: it has no index of ${branch ?? 'a default branch'} to import`, {
          reason: 'branch_missing',
        });
      if (form.form !== SNAPSHOT_FORM)
        throw unusable(address, `its snapshots have the form ${form.form}, and this service reads ${SNAPSHOT_FORM}`);
      const found = Snapshot.safeParse(form);
      if (!found.success) throw unusable(address, `its answer is no snapshot (${found.error.issues[0]?.message})`);
      if (branch !== undefined && found.data.branch !== branch)
        throw unusable(address, `it was asked for ${branch}, and answers with ${found.data.branch}`);
      const other = differenceOf(found.data.recipe, recipe);
      if (other !== null)
        throw unusable(address, `it was made with ${other}: vectors of another kind cannot be searched`);
      return found.data;
    },
    lines: async (branch, page) => {
      const read = await part(branch, page, null);
      return read === null ? null : checked(page, read.lines, isFileLine);
    },
    blobs: async (branch, page) => {
      const found = new Map<string, { readonly text: string | null; readonly rows: IndexRow[] }>();
      let listed: readonly IndexedBlob[] = [];
      const wanted = new Map<string, number>();
      for (let from: string | null = null, answers = 1; ; answers++) {
        const read = await part(branch, page, from);
        if (read === null) return null;
        if (from === null) {
          listed = indexedBlobs(await checked(page, read.lines, isBlobLine));
          for (const { oid, chunks } of listed) wanted.set(oid, chunks);
        }
        for (const { blob, text, rows } of read.blobs) {
          const known = found.get(blob) ?? { text: null, rows: [] };
          // At once: what is not asked for would be kept until the page's last answer.
          if (known.rows.length + rows.length > (wanted.get(blob) ?? -1))
            throw unusable(address, `the page ${page} sends more of ${blob} than it lists`);
          found.set(blob, { text: text ?? known.text, rows: known.rows });
          for (const row of rows) {
            const vector = readVector(row.vector, read.precision, recipe.dimensions);
            if (vector === null) throw unusable(address, `a vector of ${blob} is damaged`);
            const { ordinal, start_line: startLine, end_line: endLine, languages } = row;
            known.rows.push({ blob, ordinal, startLine, endLine, languages, text: row.text, vector });
          }
        }
        if (read.next === null) break;
        // Each answer has a row more at least.
        if (read.next === from || read.blobs.length === 0 || answers === MOST_ANSWERS)
          throw unusable(address, `the page ${page} does not end`);
        from = read.next;
      }
      return listed.map(({ oid, size, chunks }) => {
        const { text, rows } = found.get(oid) ?? { text: null, rows: [] };
        const whole = rows.length === chunks && rows.every(({ ordinal }, at) => ordinal === at);
        if (text === null || !whole)
          throw unusable(address, `the page ${page} lacks ${rows.length < chunks ? 'rows' : 'the text'} of ${oid}`);
        return { oid, size, text, rows };
      });
    },
  };
};

/** A page has 2,048 lines at most, each of a blob with some hundreds of chunks: far more than any has. */
const MOST_ANSWERS = 100_000;

const unusable = ({ url }: SnapshotAddress, why: string): SourceUnusableError =>
  new SourceUnusableError(`${url}: ${why}`);

/** What differs, in words for the user; null: nothing that counts. */
const differenceOf = (theirs: Snapshot['recipe'], ours: Recipe): string | null => {
  const tell = ({ embedder_id, dimensions, chunker_version, row_version = 1 }: Recipe): string =>
    `${embedder_id} (${dimensions} dimensions), ${chunker_version} and rows ${row_version}`;
  return tell(theirs) === tell(ours) ? null : `${tell(theirs)}, and here ${tell(ours)} run`;
};
