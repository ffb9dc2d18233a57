import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export const categories = ['architecture', 'semantic', 'symbol'] as const;
export type Category = (typeof categories)[number];

const Target = z.union([z.string(), z.object({ path: z.string() })]).transform((target) => {
  return typeof target === 'string' ? target : target.path;
});

/** One query of an annotations file. Lines of a target are not read: what is measured is the file. */
const Annotation = z.object({
  query: z.string(),
  relevant: z.array(Target),
  secondary: z.array(Target).default([]),
  category: z.enum(categories).optional(),
});

/** One line of repos.json. */
const Source = z.object({
  name: z.string(),
  language: z.string(),
  revision: z.string(),
  /** The folder that is indexed; null or absent: all of it. */
  benchmark_root: z.string().nullish(),
});
export type Source = z.infer<typeof Source>;

export interface Question {
  readonly words: string;
  /** Paths of all files that answer it, from the repository's root or from the indexed folder. */
  readonly answers: readonly string[];
  readonly category: Category;
}

export interface Subject extends Source {
  readonly questions: readonly Question[];
}

/** Which of two halves a repository is in, for good: the first byte of its name's SHA-256, even or odd. */
export const halfOf = (name: string): 'a' | 'b' =>
  (createHash('sha256').update(name).digest()[0] as number) % 2 === 0 ? 'a' : 'b';

/** Of a query that does not say. */
const guessedCategory = (query: string): Category => {
  if (!query.trim().includes(' ')) return 'symbol';
  return query.toLowerCase().startsWith('how ') ? 'architecture' : 'semantic';
};

/** Reads `*.json` of a folder, and repos.json of the folder or of the one above it. */
export const readBenchmark = async (folder: string): Promise<readonly Subject[]> => {
  const list = await readFile(join(folder, 'repos.json')).catch(() => readFile(join(folder, '..', 'repos.json')));
  const sources = new Map(
    z
      .array(Source)
      .parse(JSON.parse(list.toString()))
      .map((source) => [source.name, source]),
  );
  const subjects: Subject[] = [];
  for (const file of (await readdir(folder)).sort()) {
    const source = sources.get(file.replace(/\.json$/, ''));
    if (source === undefined) continue;
    const annotations = z.array(Annotation).parse(JSON.parse((await readFile(join(folder, file))).toString()));
    const questions = annotations.map(({ query, relevant, secondary, category }) => ({
      words: query,
      answers: [...relevant, ...secondary],
      category: category ?? guessedCategory(query),
    }));
    subjects.push({ ...source, questions });
  }
  return subjects;
};

/** One of the two may be given from a folder further up: what the shorter one names must be the other's end. */
export const isSameFile = (path: string, other: string): boolean =>
  path === other || path.endsWith(`/${other}`) || other.endsWith(`/${path}`);
