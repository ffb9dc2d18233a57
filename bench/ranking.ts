/**
 * What ranking is worth: `node bench/ranking.ts <dir> [most files]`. The first sentence of each documented function's comment is the
 * query, the chunk that holds the function the answer; all those comments are taken out of the indexed text.
 * Prints hit@1, hit@5 (the right chunk) and file@5 (any chunk of the right file) for the embedder alone, BM25 alone, the
 * two fused by reciprocal rank (the embedder at half weight), and fused with core/search/rules/ranking.ts.
 */
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createHashEmbedder } from '../adapters/embedding/hash-embedder.ts';
import { createTreeSitterChunker } from '../adapters/embedding/tree-sitter-chunker.ts';
import { languageOf } from '../core/domain/languages.ts';
import { codeTokens } from '../core/search/rules/code-tokens.ts';
import { isSecondary } from '../core/search/rules/path-worth.ts';
import { rank } from '../core/search/rules/ranking.ts';
import { skipByContent } from '../core/sync/rules/content-filter.ts';

interface Query {
  readonly words: string;
  readonly path: string;
  readonly line: number;
}
interface Row {
  readonly blob: string;
  readonly ordinal: number;
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
}

const [root = '.', mostFiles = '3000'] = process.argv.slice(2);
const overFetch = 100;

const filesBelow = (folder: string): string[] => {
  const found: string[] = [];
  const pending = [folder];
  for (let at = pending.pop(); at !== undefined && found.length < Number(mostFiles); at = pending.pop()) {
    let entries: Dirent[];
    try {
      entries = readdirSync(at, { withFileTypes: true });
    } catch {
      continue;
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile() && languageOf(path) !== null) found.push(path);
    }
  }
  return found;
};

const blank = (text: string): string => text.replace(/[^\n]/g, '');
const sentence = (comment: string): string =>
  (
    comment
      .replace(/\s+/g, ' ')
      .trim()
      .split(/(?<=[.!?])\s|@\w+|>>>/)[0] ?? ''
  ).slice(0, 200);

/** Takes the doc comments out (their lines stay, blank) and gives each as a query with the line of what it describes. */
const takeComments = (path: string, text: string): { text: string; queries: Query[] } => {
  const queries: Query[] = [];
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const add = (comment: string, offset: number, own: string): void => {
    const words = sentence(comment.replaceAll(own, ''));
    if (words.split(' ').length >= 4 && words.length > 20) queries.push({ words, path, line: lineAt(offset) });
  };
  const language = languageOf(path);
  let stripped = text;
  if (language === 'python')
    stripped = text.replace(
      /^([ \t]*(?:async )?def (\w+)[^\n]*(?:\n[^\n"']*?)??:[ \t]*\n)([ \t]*[rR]?"""([\s\S]*?)""")/gm,
      (_, head: string, name: string, whole: string, comment: string, offset: number) => {
        add(comment, offset, name);
        return head + blank(whole);
      },
    );
  else if (language === 'go')
    stripped = text.replace(
      /((?:^\/\/[^\n]*\n)+)(func (?:\([^)]*\) )?(\w+))/gm,
      (_, comment: string, head: string, name: string, offset: number) => {
        add(comment.replace(/^\/\/ ?/gm, ''), offset + comment.length, name);
        return blank(comment) + head;
      },
    );
  else if (language === 'typescript' || language === 'javascript' || language === 'java' || language === 'c#')
    stripped = text.replace(
      /(\/\*\*((?:(?!\*\/)[\s\S])*)\*\/)(\s*)((?:export |public |private |protected |static |async |abstract |function |const |class |interface |type |get |set |readonly )*\s*(\w+))/g,
      (_, whole: string, comment: string, gap: string, head: string, name: string, offset: number) => {
        add(comment.replace(/^\s*\* ?/gm, ''), offset + whole.length + gap.length, name);
        return blank(whole) + gap + head;
      },
    );
  return { text: stripped, queries };
};

const embedder = createHashEmbedder();
const chunker = createTreeSitterChunker();
const rows: Row[] = [];
const vectors: Float32Array[] = [];
const postings = new Map<string, { row: number; count: number }[]>();
const lengths: number[] = [];
const all: Query[] = [];
for (const file of filesBelow(root)) {
  const bytes = readFileSync(file);
  const path = relative(root, file);
  if (skipByContent(bytes, path) !== null) continue;
  const { text, queries } = takeComments(path, bytes.toString('utf8'));
  // Documented tests are no answers that anyone looks for.
  if (!isSecondary(path)) all.push(...queries);
  const chunks = await chunker.chunk(path, text);
  const found = await embedder.embed(
    chunks.map((chunk) => chunk.text),
    'document',
  );
  chunks.forEach((chunk, ordinal) => {
    const row = rows.length;
    rows.push({ blob: path, ordinal, startLine: chunk.startLine, endLine: chunk.endLine, text: chunk.text });
    vectors.push(found[ordinal] as Float32Array);
    const tokens = codeTokens(chunk.text);
    lengths.push(tokens.length);
    const counts = new Map<string, number>();
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    for (const [token, count] of counts) {
      const list = postings.get(token);
      if (list === undefined) postings.set(token, [{ row, count }]);
      else list.push({ row, count });
    }
  });
}
const step = Math.max(1, Math.floor(all.length / 1200));
const queries = all.filter((_, index) => index % step === 0);
const meanLength = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;

/** Row numbers, best first. */
const best = (scores: Float64Array): { row: number; score: number }[] =>
  Array.from(scores, (score, row) => ({ row, score }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, overFetch);

const byVector = async (words: string): Promise<{ row: number; score: number }[]> => {
  const [query] = await embedder.embed([words], 'query');
  const scores = new Float64Array(rows.length);
  vectors.forEach((vector, row) => {
    let sum = 0;
    for (let i = 0; i < vector.length; i++) sum += (vector[i] as number) * ((query as Float32Array)[i] as number);
    scores[row] = sum;
  });
  return best(scores);
};

const byWords = (words: string): { row: number; score: number }[] => {
  const scores = new Float64Array(rows.length);
  for (const token of new Set(codeTokens(words))) {
    const list = postings.get(token) ?? [];
    const idf = Math.log(1 + (rows.length - list.length + 0.5) / (list.length + 0.5));
    for (const { row, count } of list)
      scores[row] =
        (scores[row] as number) +
        (idf * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * (lengths[row] as number)) / meanLength));
  }
  return best(scores);
};

const fuse = (
  vector: readonly { row: number }[],
  words: readonly { row: number }[],
): { row: number; score: number }[] => {
  const scores = new Map<number, number>();
  for (const [place, { row }] of vector.entries()) scores.set(row, 0.5 / (61 + place));
  for (const [place, { row }] of words.entries()) scores.set(row, (scores.get(row) ?? 0) + 1 / (61 + place));
  return [...scores]
    .map(([row, score]) => ({ row, score }))
    .sort((a, b) => b.score - a.score)
    .slice(0, overFetch);
};

const tally = new Map<string, { at1: number; at5: number; file5: number }>();
const count = (name: string, query: Query, found: readonly Row[]): void => {
  const sums = tally.get(name) ?? { at1: 0, at5: 0, file5: 0 };
  const right = (row: Row): boolean =>
    row.blob === query.path && row.startLine <= query.line && query.line <= row.endLine;
  if (found.slice(0, 1).some(right)) sums.at1 += 1;
  if (found.slice(0, 5).some(right)) sums.at5 += 1;
  if (found.slice(0, 5).some((row) => row.blob === query.path)) sums.file5 += 1;
  tally.set(name, sums);
};
const rowOf = ({ row }: { row: number }): Row => rows[row] as Row;

let rankTime = 0;
for (const query of queries) {
  const vector = await byVector(query.words);
  const words = byWords(query.words);
  const fused = fuse(vector, words);
  count('hash alone', query, vector.map(rowOf));
  count('BM25 alone', query, words.map(rowOf));
  count('fused', query, fused.map(rowOf));
  const hits = fused.map((hit) => ({ ...rowOf(hit), score: hit.score }));
  const before = performance.now();
  const ranked = rank(hits, { query: query.words, pathsOf: (blob) => [blob], limit: 10 });
  rankTime += performance.now() - before;
  count(
    'fused + ranking',
    query,
    ranked.map(({ hit }) => hit),
  );
}
console.log(
  `${root}: ${rows.length} chunks, ${queries.length} of ${all.length} queries, such as: ${queries[7]?.words}`,
);
for (const [name, { at1, at5, file5 }] of tally) {
  const percent = (value: number): string => `${((value / queries.length) * 100).toFixed(1)} %`;
  console.log(`${name.padEnd(16)} hit@1 ${percent(at1)}, hit@5 ${percent(at5)}, file@5 ${percent(file5)}`);
}
console.log(`ranking ${overFetch} hits takes ${(rankTime / queries.length).toFixed(2)} ms`);
