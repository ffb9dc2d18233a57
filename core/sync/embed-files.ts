import type { BlobResult, JobRef, StagedFile } from '../contract/workflow-state.ts';
import {
  EmbedderRefusedError,
  EmbedderThrottledError,
  EmbedderUnavailableError,
  FileGivenUpError,
  SyncSupersededError,
} from '../domain/errors.ts';
import { toldOf } from '../domain/failure-text.ts';
import { tokensOf } from '../domain/quota.ts';
import type { Chunk } from '../ports/chunker.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Generation, IndexRow } from '../ports/search-index.ts';
import type { Care } from './careful-batch.ts';
import type { Pulse } from './pulse.ts';

type Deps = Pick<Runtime, 'chunker' | 'embedder' | 'index' | 'logger'>;

/** What became of each file, and the rows to put before that may be reported. */
export interface Embedded {
  readonly results: readonly BlobResult[];
  readonly rows: readonly IndexRow[];
  /** Of the texts that were embedded. */
  readonly characters: number;
  /** What the embedder gave: to be released when the rows have been put. */
  readonly vectors: Iterable<Float32Array>;
}

/** Whose files they are, and where their rows go. */
export interface Place {
  readonly job: JobRef;
  readonly generation: Generation;
}

interface ChunkedFile {
  readonly file: StagedFile;
  readonly chunks: readonly Chunk[];
}

type Vectors = ReadonlyMap<string, Float32Array>;

/**
 * Embeds a group of files. Chunks whose text was in the replaced blob take the vector from there. A blob whose previous is itself
 * keeps its rows as they were cut: committed manifests count on them.
 * @param onFile is called with each file before it is looked at.
 * Throws what concerns everybody (throttled, unavailable, superseded, index faults); what concerns one file
 * makes that file `failed`.
 */
export const embedFiles = async (
  deps: Deps,
  pulse: Pulse,
  { job, generation }: Place,
  files: readonly StagedFile[],
  care: Pick<Care, 'next' | 'rest'>,
  onFile: (path: string) => void,
): Promise<Embedded> => {
  const failed: BlobResult[] = [];
  const chunked: ChunkedFile[] = [];
  const previous = await previousRows(deps, generation, files);
  const standing = files.flatMap((file) => standingRows(previous, file));
  const whole = new Set(standing.map(({ blob }) => blob));
  for (const file of files) {
    // Before the check: a heartbeat that is due names the file that is worked on next, which no one could name if it were the last.
    onFile(file.path);
    await pulse.check();
    if (whole.has(file.oid)) continue;
    const result = await cut(deps, job, care, file);
    if ('file' in result) chunked.push(result);
    else failed.push(result);
  }
  await care.rest();
  const known = new Map(previous.map(({ text, vector }) => [text, vector]));
  const fresh = await embedGroup(deps, pulse, job, chunked, known, failed);
  const broken = new Set(failed.map((result) => result.oid));
  const results: BlobResult[] = [];
  const rows: IndexRow[] = [...standing];
  /** A text that two files share is sent once. */
  const counted = new Set<string>();
  for (const file of files) if (whole.has(file.oid)) results.push(indexedResult(file, file.previous?.chunks ?? 0, 0));
  for (const { file, chunks } of chunked) {
    if (broken.has(file.oid)) continue;
    const reused = chunks.filter(({ text }) => known.has(text)).length;
    const sent = chunks.filter(({ text }) => fresh.has(text) && !counted.has(text)).map(({ text }) => text);
    for (const text of sent) counted.add(text);
    chunks.forEach((chunk, ordinal) => {
      // Every text of a file that has not failed has a vector.
      const vector = (known.get(chunk.text) ?? fresh.get(chunk.text)) as Float32Array;
      rows.push({ blob: file.oid, ordinal, ...chunk, languages: file.languages, vector });
    });
    results.push({ ...indexedResult(file, chunks.length, chunks.length - reused), tokens: tokensOf(lengthOf(sent)) });
  }
  return { results: [...results, ...failed], rows, characters: lengthOf(fresh.keys()), vectors: fresh.values() };
};

/** What is not the file's own fault, such as a lost claim, ends the batch. */
const cut = async (
  deps: Deps,
  job: JobRef,
  care: Pick<Care, 'next'>,
  file: StagedFile,
): Promise<ChunkedFile | BlobResult> => {
  try {
    await care.next(file);
  } catch (error) {
    if (!(error instanceof FileGivenUpError)) throw error;
    return failedResult(deps, job, file, error);
  }
  try {
    return { file, chunks: await deps.chunker.chunk(file.path, file.text) };
  } catch (error) {
    return failedResult(deps, job, file, error);
  }
};

const lengthOf = (texts: Iterable<string>): number => {
  let characters = 0;
  for (const text of texts) characters += text.length;
  return characters;
};

const indexedResult = ({ oid, size, written_in }: StagedFile, chunks: number, embedded: number): BlobResult => ({
  oid,
  size,
  outcome: 'indexed',
  reason: '',
  chunks,
  embedded,
  reused: chunks - embedded,
  written_in,
});

/** Rows of the blobs that lend to these files. */
const previousRows = async (
  deps: Deps,
  generation: Generation,
  files: readonly StagedFile[],
): Promise<readonly IndexRow[]> => {
  const previous = files.flatMap((file) => (file.previous === null ? [] : [file.previous]));
  return previous.length === 0 ? [] : deps.index.get(generation, previous);
};

/** The rows of a blob that lends to itself, with the languages that it has now; none where some are missing. */
const standingRows = (previous: readonly IndexRow[], { oid, previous: lender, languages }: StagedFile): IndexRow[] => {
  if (lender?.oid !== oid) return [];
  const own = previous.filter(({ blob }) => blob === oid);
  return own.length === lender.chunks ? own.map((row) => ({ ...row, languages })) : [];
};

/** Vectors for every text that has none yet: one call for the group, file by file when that call fails. */
const embedGroup = async (
  deps: Deps,
  pulse: Pulse,
  job: JobRef,
  chunked: readonly ChunkedFile[],
  known: Vectors,
  failed: BlobResult[],
): Promise<Vectors> => {
  const missing = (files: readonly ChunkedFile[]): string[] => [
    ...new Set(files.flatMap(({ chunks }) => chunks.map(({ text }) => text)).filter((text) => !known.has(text))),
  ];
  try {
    return await embedTexts(deps, missing(chunked));
  } catch (error) {
    if (concernsEverybody(error)) throw error;
  }
  const vectors = new Map<string, Float32Array>();
  for (const one of chunked) {
    await pulse.check();
    try {
      for (const [text, vector] of await embedTexts(deps, missing([one]))) vectors.set(text, vector);
    } catch (error) {
      if (concernsEverybody(error)) throw error;
      failed.push(failedResult(deps, job, one.file, error));
    }
  }
  return vectors;
};

const embedTexts = async (deps: Deps, texts: readonly string[]): Promise<Vectors> => {
  if (texts.length === 0) return new Map();
  const vectors = await deps.embedder.embed(texts, 'document');
  return new Map(texts.map((text, i) => [text, vectors[i] as Float32Array]));
};

const concernsEverybody = (error: unknown): boolean =>
  error instanceof EmbedderThrottledError ||
  error instanceof EmbedderUnavailableError ||
  error instanceof EmbedderRefusedError ||
  error instanceof SyncSupersededError;

/** A file that fails alone: logged, and for the ledger. */
export const failedResult = (
  deps: Pick<Runtime, 'logger'>,
  job: JobRef,
  file: Pick<StagedFile, 'path' | 'oid' | 'size'>,
  error: unknown,
): BlobResult => {
  const failure =
    error instanceof Error ? { code: error.name, message: error.message } : { code: 'Error', message: String(error) };
  deps.logger.warn('file failed', {
    ...job,
    path: file.path,
    oid: file.oid,
    code: failure.code,
    cause: failure.message,
  });
  const { code, message } = toldOf(failure, job.job_id);
  const base = { oid: file.oid, size: file.size, chunks: 0, embedded: 0, reused: 0 };
  return { ...base, outcome: 'failed', reason: `${code}: ${message}`.slice(0, 300) };
};
