import { isIndexedBlob, parseBlobLine } from '../../manifest/pages/manifest-sets.ts';

export interface IndexedBlob {
  /** The number of its first line in the page. */
  readonly line: number;
  readonly oid: string;
  readonly size: number;
  readonly chunks: number;
}

/** The blobs of a page that are in the index. A blob at several paths has several lines. */
export const indexedBlobs = (lines: readonly string[]): readonly IndexedBlob[] => {
  const found = new Map<string, IndexedBlob>();
  for (const [line, text] of lines.entries()) {
    if (!isIndexedBlob(text)) continue;
    const { oid, size, chunks } = parseBlobLine(text);
    if (!found.has(oid)) found.set(oid, { line, oid, size, chunks });
  }
  return [...found.values()];
};
