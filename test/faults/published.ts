import { createHash } from 'node:crypto';
import type { BranchPointer, RepositoryRecord } from '../../core/contract/records.ts';
import { languageOf } from '../../core/domain/languages.ts';
import { type ManifestEntry, parseManifestLine } from '../../core/manifest/manifest.ts';
import { chunksOf } from './process-ports.ts';
import type { Services } from './services.ts';
import { type Files, ignored, isIndexable, isText, type Source } from './truth.ts';

/** What a branch shows from its publish on. */
export interface Committed {
  readonly pointer: BranchPointer;
  readonly entries: readonly ManifestEntry[];
  readonly files: Files;
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
  const lines = services.objects.peek(pointer.manifest_key);
  if (source?.files(pointer.commit) === undefined) say(`${pointer.commit} was never in the source`);
  if (lines === undefined) say(`the manifest ${pointer.manifest_key} is not there`);
  const entries = (lines ?? []).map(parseManifestLine);
  const wanted = [...files].map(([path, file]) => `${file.mode ?? '100644'} ${oidOf(file.content)} ${path}`);
  const listed = entries.map(({ path, mode, oid }) => `${mode} ${oid} ${path}`);
  if (listed.toSorted().join('\n') !== wanted.toSorted().join('\n'))
    say(`the manifest of ${pointer.commit} lists ${listed.join(', ')} in place of ${wanted.join(', ')}`);
  for (const entry of entries) judgeEntry(entry, files, say);
  judgeRows(services, record, pointer, entries, files, say);
  return { pointer, entries, files };
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
