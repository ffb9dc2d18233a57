import { readBlobs, type TreeFile } from './git.ts';
import { pick, randomFrom } from './statistics.ts';

/** Names as they stand in code; shorter ones are mostly keywords. */
const namePattern = /[A-Za-z_][A-Za-z0-9_]{3,40}/g;

/** Queries of one to three names, two thirds of them from one file, as somebody asks who has a place in mind. The same texts give the same queries. */
export const makeQueries = (texts: readonly string[], count: number, seed = 1): readonly string[] => {
  const namesOf = texts.map((text) => [...new Set(text.match(namePattern) ?? [])]).filter((names) => names.length > 0);
  if (namesOf.length === 0) throw new RangeError('no names in these files to ask for');
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => {
    const names = pick(namesOf, random);
    const words = 1 + Math.floor(random() * 3);
    return Array.from({ length: words }, () => pick(random() < 2 / 3 ? names : pick(namesOf, random), random)).join(
      ' ',
    );
  });
};

/** Files spread evenly over the list. */
export const sampleFiles = (files: readonly TreeFile[], count: number): readonly TreeFile[] => {
  const step = Math.max(1, files.length / count);
  return Array.from({ length: Math.min(count, files.length) }, (_, i) => files[Math.floor(i * step)] as TreeFile);
};

/** The texts of a sample of these files. */
export const sampleTexts = async (
  repository: string,
  files: readonly TreeFile[],
  count: number,
): Promise<readonly { readonly path: string; readonly text: string }[]> => {
  const sample = sampleFiles(files, count);
  const blobs = await readBlobs(
    repository,
    sample.map(({ oid }) => oid),
  );
  return sample.map(({ path }, i) => ({ path, text: blobs[i]?.toString() ?? '' }));
};
