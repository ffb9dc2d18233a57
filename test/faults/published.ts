import { createHash } from 'node:crypto';
import type { BranchPointer, RepositoryRecord } from '../../core/contract/records.ts';
import { languageOf } from '../../core/domain/languages.ts';
import { type ManifestEntry, parseManifestLine } from '../../core/manifest/manifest.ts';
import { type ManifestRoot, parseRoot } from '../../core/manifest/pages/manifest-root.ts';
import { blobLine, blobSet, contentSet, isIndexedBlob, pathSet } from '../../core/manifest/pages/manifest-sets.ts';
import { PageCutter } from '../../core/manifest/pages/page-cutter.ts';
import { pageText } from '../../core/manifest/pages/page-text.ts';
import { type PageRef, type SetKind, sumOf } from '../../core/manifest/pages/paged-set.ts';
import { fileListOf } from '../../core/objects/manifests.ts';
import { attributesKey, pageKey } from '../../core/objects/object-keys.ts';
import { chunksOf } from './process-ports.ts';
import { judgeContents } from './published-contents.ts';
import { readWords } from './published-words.ts';
import type { Services } from './services.ts';
import { type Files, ignored, isIndexable, isText, type Source } from './truth.ts';

/** What a branch shows from its publish on. */
export interface Committed {
  readonly pointer: BranchPointer;
  readonly entries: readonly ManifestEntry[];
  readonly files: Files;
  /** Keys of the objects that the manifest is made of. */
  readonly objects: readonly string[];
}

/** At the moment of a publish: the manifest is the commit's tree, and the index holds all that the manifest says. */
export const judgePublished = (
  services: Services,
  source: Source | undefined,
  record: RepositoryRecord,
  branch: string,
  say: (violation: string) => void,
): Committed => {
  const pointer = record.branches[branch] as BranchPointer;
  const files = source?.files(pointer.commit) ?? new Map();
  if (source?.files(pointer.commit) === undefined) say(`${pointer.commit} was never in the source`);
  const { lines, objects } = readManifest(services, record.repository_id, pointer, files, say);
  const entries = lines.map(parseManifestLine);
  const wanted = [...files].map(([path, file]) => `${file.mode ?? '100644'} ${oidOf(file.content)} ${path}`);
  const listed = entries.map(({ path, mode, oid }) => `${mode} ${oid} ${path}`);
  if (listed.toSorted().join('\n') !== wanted.toSorted().join('\n'))
    say(`the manifest of ${pointer.commit} lists ${listed.join(', ')} in place of ${wanted.join(', ')}`);
  for (const entry of entries) judgeEntry(entry, files, say);
  judgeRows(services, record, pointer, entries, files, say);
  judgeWords(services, record, pointer, entries, say);
  // The next sync compares with the rules that this one was made with.
  const attributes = pointer.attributes === undefined ? [] : [attributesKey(record.repository_id, pointer.attributes)];
  return { pointer, entries, files, objects: [...objects, ...attributes] };
};

/** The lines of all files, from their pages; each page is what its name says, and is cut where it has to be. */
const readManifest = (
  { objects, settings }: Pick<Services, 'objects' | 'settings'>,
  repositoryId: string,
  { manifest_key, files: indexedFiles }: BranchPointer,
  files: Files,
  say: (violation: string) => void,
): { readonly lines: readonly string[]; readonly objects: readonly string[] } => {
  const keys = [manifest_key];
  const rootLines = objects.peek(manifest_key);
  if (rootLines === undefined) say(`the manifest ${manifest_key} is not there`);
  const root = rootLines === undefined ? new Map() : parseRoot(rootLines);
  const linesOf = (kind: SetKind): readonly string[] => {
    const pages: readonly PageRef[] = root.get(kind.name) ?? [];
    const lines = pages.flatMap((page) => {
      const key = pageKey(repositoryId, page);
      keys.push(key);
      const found = objects.peek(key);
      if (found === undefined) say(`the page ${key} is not there`);
      const text = pageText(found ?? []);
      if (createHash('sha256').update(text).digest('hex').slice(0, 32) !== page.name)
        say(`the page ${key} is another one`);
      if (text.length !== page.stored) say(`the page ${key} has ${text.length} bytes of ${page.stored}`);
      return found ?? [];
    });
    const cutter = new PageCutter(kind, settings.pageBounds);
    const lengths = lines.flatMap((line) => cutter.add(line)?.length ?? []);
    const rest = cutter.rest().length;
    const cut = [...lengths, ...(rest > 0 ? [rest] : [])].join();
    if (cut !== pages.map((page) => page.lines).join()) say(`the set ${kind.name} is not cut as if it were made anew`);
    return lines;
  };
  const lines = linesOf(pathSet);
  const blobs = linesOf(blobSet);
  const wanted = lines.flatMap((line) => blobLine(parseManifestLine(line)) ?? []);
  wanted.sort((a, b) => blobSet.compare(blobSet.keyOf(a), blobSet.keyOf(b)));
  if (wanted.join('\n') !== blobs.join('\n')) say(`the blobs of ${manifest_key} are not those of its paths`);
  const indexed = sumOf(root.get(pathSet.name) ?? []).files;
  if (indexed !== indexedFiles) say(`${manifest_key} has ${indexed} indexed files, its branch ${indexedFiles}`);
  judgeList(
    { objects },
    root,
    (page) => pageKey(repositoryId, page),
    blobs,
    (key) => keys.push(key),
    say,
  );
  const contents = linesOf(contentSet);
  keys.push(...judgeContents({ objects }, repositoryId, { root, paths: lines, contents, files }, say));
  return { lines, objects: keys };
};

/** The list of files, with what has changed since it was written whole, is what the set of blobs has of indexed files. */
const judgeList = (
  { objects }: Pick<Services, 'objects'>,
  root: ManifestRoot,
  keyOf: (page: PageRef) => string,
  blobs: readonly string[],
  needed: (key: string) => void,
  say: (violation: string) => void,
): void => {
  const [whole = [], changes = []] = (fileListOf({ root }) ?? []).map((page) => {
    needed(keyOf(page));
    return objects.peek(keyOf(page)) ?? [];
  });
  const files = new Set(whole);
  for (const line of changes)
    if (line.startsWith('+')) files.add(line.slice(1));
    else files.delete(line.slice(1));
  const wanted = blobs.filter(isIndexedBlob).map(blobSet.keyOf);
  if ([...files].sort().join('\n') !== wanted.sort().join('\n'))
    say(`the list of files names ${[...files].join(', ')} in place of ${wanted.join(', ')}`);
};

const judgeEntry = (
  { path, outcome, reason, chunks }: ManifestEntry,
  files: Files,
  say: (what: string) => void,
): void => {
  const file = files.get(path);
  if (file === undefined) return;
  if (outcome === 'indexed' && (!isText(file) || chunks !== chunksOf(file.content).length))
    say(`${path} is in the index with ${chunks} chunks`);
  const patterns = [...ignored.repository, ...ignored.request];
  if (outcome === 'skipped' && isIndexable(path, files, patterns)) say(`${path} was left out as ${reason}`);
  if (outcome === 'pending') say(`${path} is still pending`);
};

/** The rows that the manifest claims are there, as they have to be. */
export const judgeRows = (
  { index }: Pick<Services, 'index'>,
  record: RepositoryRecord,
  pointer: BranchPointer,
  entries: readonly ManifestEntry[],
  files: Files,
  say: (violation: string) => void,
): void => {
  const rows = index.rows(`${record.repository_id}/${pointer.generation}`);
  for (const { path, oid, outcome } of entries) {
    if (outcome !== 'indexed') continue;
    const language = languageOf(path);
    chunksOf(files.get(path)?.content ?? '').forEach((chunk, ordinal) => {
      const row = rows.get(`${oid}/${ordinal}`);
      if (row === undefined) say(`the row ${ordinal} of ${path} is missing at ${pointer.commit.slice(0, 8)}`);
      else if (row.text !== chunk.text || row.startLine !== chunk.startLine)
        say(`the row ${ordinal} of ${path} is wrong`);
      else if (language !== null && !row.languages.includes(language))
        say(`the row ${ordinal} of ${path} does not name ${language}`);
    });
  }
};

/** The words of every row that the manifest claims are there. */
export const judgeWords = (
  services: Pick<Services, 'objects'>,
  record: RepositoryRecord,
  pointer: BranchPointer,
  entries: readonly ManifestEntry[],
  say: (violation: string) => void,
): void => {
  const { rows } = readWords(services, record, pointer.generation, say);
  for (const { path, oid, outcome, chunks } of entries)
    for (let ordinal = 0; outcome === 'indexed' && ordinal < chunks; ordinal++)
      if (!rows.has(`${oid}/${ordinal}`)) say(`the words of row ${ordinal} of ${path} are missing`);
};

/** Each hit that a search for everything shows. */
export const expectedHits = ({
  entries,
  files,
}: Committed): readonly { readonly path: string; readonly hit: string }[] =>
  entries
    .filter(({ outcome }) => outcome === 'indexed')
    .flatMap(({ path }) =>
      chunksOf(files.get(path)?.content ?? '').map(({ startLine, text }) => ({
        path,
        hit: `${path}:${startLine} ${text}`,
      })),
    );

const oidOf = (content: string): string => {
  const bytes = Buffer.from(content);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
};
