import { applyChanges, type FileChange, filesOfBlob, parseFileChange } from '../manifest/file-list.ts';
import { oidOfLine, pathOfLine } from '../manifest/manifest.ts';
import type { PageRef, ReadPage } from '../manifest/pages/paged-set.ts';
import { type BranchFiles, MOST_NAMES, PATHS_AT_ONCE, type PathFilter, turn } from './files-found.ts';
import { linesNamed } from './name-ends.ts';
import { isNamed } from './rules/file-name.ts';

/** Lines of the whole list that pass a filter. */
export interface Passing {
  readonly lines: readonly string[];
  /** Whether these are all; else they are the first ones. */
  readonly all: boolean;
}

/** Answers what is kept of a filter and a limit, or loads it. */
export type KeepPassing = (filter: PathFilter, most: number, load: () => Promise<Passing>) => Promise<Passing>;

/** Both are read at once, when it is opened: they are what a search needs, whatever its hits are. */
export const listedFiles = (
  whole: PageRef | undefined,
  changes: PageRef | undefined,
  read: ReadPage,
  keep: KeepPassing,
): BranchFiles => {
  const reading = Promise.all([
    whole === undefined ? [] : read(whole),
    changes === undefined ? [] : read(changes).then((lines) => lines.map(parseFileChange)),
  ]).then(([lines, changed]) => filesIn(lines, changed));
  reading.catch(() => undefined);
  let listed: FilesIn | undefined;
  return {
    read: async () => {
      listed = await reading;
    },
    pathsOf: (blob) => (listed === undefined ? [] : listed.ofBlob(blob).map(pathOfLine)),
    blobsWhere: async (filter, most) => {
      const { lines, changed, now } = await reading;
      // As many of those that pass may be gone.
      const enough = most + roundedUp(changed.length);
      const passing = await keep(filter, enough, () => passingOf(lines, filter, enough));
      const blobs = new Set(now(passing.lines, filter.passes).map(oidOfLine));
      return passing.all && blobs.size <= most ? [...blobs] : undefined;
    },
    named: async (lowered) => {
      const { lines, changed, now } = await reading;
      if (lines.length + changed.length > MOST_NAMES) return [];
      return now(linesNamed(lines, lowered), (_, line) => isNamed(line, lowered)).map((line) => ({
        path: pathOfLine(line),
        blob: oidOfLine(line),
      }));
    },
  };
};

/** By steps, so that what is kept of a filter is found again after the next publish, which changes some more. */
const roundedUp = (changes: number): number => {
  let rounded = LEAST_STEP;
  while (rounded < changes) rounded *= 2;
  return rounded;
};
const LEAST_STEP = 512;

type FilesIn = ReturnType<typeof filesIn>;

const filesIn = (lines: readonly string[], changed: readonly FileChange[]) => {
  const states = new Map(changed);
  const added = changed.flatMap(([line, listed]) => (listed ? [line] : []));
  return {
    lines,
    changed,
    ofBlob: (blob: string): readonly string[] => {
      const before = filesOfBlob(lines, blob);
      if (changed.length === 0) return before;
      const here = filesOfBlob(added, blob);
      const unchanged = before.filter((line) => !states.has(line));
      if (here.length === 0) return unchanged;
      return applyChanges(
        unchanged,
        here.map((line): FileChange => [line, true]),
      );
    },
    /** Some of the whole list's lines as they are now, with those that were added since and pass. */
    now: (some: readonly string[], passes: (path: string, line: string) => boolean): readonly string[] => [
      ...some.filter((line) => !states.has(line)),
      ...added.filter((line) => passes(pathOfLine(line), line)),
    ],
  };
};

/** The first lines that pass: one more than `most`, or all. */
const passingOf = async (lines: readonly string[], { passes, prefix }: PathFilter, most: number): Promise<Passing> => {
  const found: string[] = [];
  const blobs = new Set<string>();
  let looked = 0;
  for (const line of lines) {
    const path = pathOfLine(line);
    // A name in git's quoting begins with a quote, whatever its bytes begin with.
    if (!path.startsWith(prefix) && !path.startsWith('"')) continue;
    if (++looked % PATHS_AT_ONCE === 0) await turn();
    if (!passes(path)) continue;
    found.push(line);
    blobs.add(oidOfLine(line));
    if (blobs.size > most) return { lines: found, all: false };
  }
  return { lines: found, all: true };
};
