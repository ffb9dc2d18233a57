import { ImportSnapshot, Snapshot, SnapshotBlob, SnapshotPart, SnapshotRow } from '../snapshot.ts';
import { type NamedSchema, named } from './schemas.ts';

/** What is answered to a service that imports. */
export const snapshotSchemas: readonly NamedSchema[] = [
  named('Snapshot', Snapshot, 'What a branch’s index is made of.', {
    form: 'The form of all of this: 1. An importer refuses another one.',
    repository_id: 'The repository’s id here.',
    branch: 'The branch.',
    default_branch: 'The repository’s default branch; null where it is not known.',
    commit: 'The indexed commit.',
    indexed_at: 'When it was published.',
    recipe: 'What its vectors are made with and its files are cut by: one that imports must run the same.',
    files: 'Indexed files.',
    chunks: 'Their chunks: rows with a vector.',
    bytes: 'Bytes of the indexed files.',
    rules: 'The fingerprint of what decides which files are left out: ignore patterns, and the version of the rules.',
    attributes: 'The `.gitattributes` of the tree, which decide too.',
    file_pages: 'The pages of the list of files, in tree order.',
    blob_pages: 'The pages of the blobs: each answers texts and rows.',
  }),
  named('SnapshotPage', SnapshotPart, 'A page of a snapshot, or a part of it.', {
    page: 'Its name: the first 128 bits, in hexadecimal, of the SHA-256 of its lines, each with a newline.',
    lines:
      'All its lines. A file: blob, mode, bytes, outcome, reason, chunks and path, with tabs between; a blob: blob, chunks, bytes, reason and path. Empty where `from` was given.',
    blobs: 'Of a page of blobs: some of those that are in the index, whole or from a row on.',
    precision: 'Of the numbers of all vectors here: `half` (16 bits) or `single` (32).',
    next: 'Send it as `from` to get what follows; null at the end of the page.',
  }),
  named('SnapshotBlob', SnapshotBlob, 'A blob’s text and rows.', {
    blob: 'The id of its git blob.',
    text: 'Its text; null where the answer before had it.',
    rows: 'Its rows, in order.',
  }),
  named('SnapshotRow', SnapshotRow, 'A chunk of a blob, with its vector.', {
    ordinal: 'Its number in the blob, from 0.',
    start_line: 'Its first line.',
    end_line: 'Its last line.',
    languages: 'The languages of the paths at which the blob stands.',
    text: 'Its text.',
    vector: 'Base64 of its vector’s numbers, little-endian.',
  }),
];

export const importRequest: NamedSchema = named('Import', ImportSnapshot, 'The index to take over.', {
  from: 'The repository’s address in the other service’s API, such as `https://host/api/repositories/repo-123`. The same addresses are allowed as for a git source.',
  branches: 'Which of its branches. Absent: its default branch.',
  credential:
    'The name of a credential that the operator keeps: its token, or its password, is a token of the other service.',
});
