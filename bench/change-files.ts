import { extname } from 'node:path';
import { headBranch, listFiles, readBlobs, runGit, type TreeFile } from './git.ts';

export interface ChangedFile {
  readonly path: string;
  readonly content: Buffer;
}

/** Commits the files on the branch that HEAD names, on top of what is there; `first` begins a history. */
export const commitFiles = async (
  repository: string,
  message: string,
  files: Iterable<ChangedFile>,
  first = false,
): Promise<void> => {
  const branch = await headBranch(repository);
  await runGit(repository, ['fast-import', '--quiet'], { input: commit(branch, message, files, first) });
};

function* commit(
  branch: string,
  message: string,
  files: Iterable<ChangedFile>,
  first: boolean,
): Generator<Buffer | string> {
  yield `commit ${branch}\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata ${Buffer.byteLength(message)}\n${message}\n`;
  if (!first) yield `from ${branch}^0\n`;
  for (const { path, content } of files) {
    yield `M 100644 inline ${path}\ndata ${content.length}\n`;
    yield content;
    yield '\n';
  }
}

/** A function more, in the language of the ending. */
const functions: Readonly<Record<string, (name: string, n: number) => string>> = {
  '.c': (name, n) => `\nint ${name}(int limit)\n{\n\treturn limit > ${n} ? limit - ${n} : ${n};\n}\n`,
  '.cs': (name, n) => `\n// ${name}: limit ${n}\nstatic class ${name} { public const int Limit = ${n}; }\n`,
  '.go': (name, n) =>
    `\nfunc ${name}(limit int) int {\n\tif limit > ${n} {\n\t\treturn limit - ${n}\n\t}\n\treturn ${n}\n}\n`,
  '.java': (name, n) =>
    `\nclass ${name} {\n  int limit(int limit) {\n    return limit > ${n} ? limit - ${n} : ${n};\n  }\n}\n`,
  '.js': (name, n) => `\nfunction ${name}(limit) {\n  return limit > ${n} ? limit - ${n} : ${n};\n}\n`,
  '.php': (name, n) => `\nfunction ${name}($limit) {\n  return $limit > ${n} ? $limit - ${n} : ${n};\n}\n`,
  '.py': (name, n) => `\n\ndef ${name}(limit):\n    return limit - ${n} if limit > ${n} else ${n}\n`,
  '.rb': (name, n) => `\ndef ${name}(limit)\n  limit > ${n} ? limit - ${n} : ${n}\nend\n`,
  '.rs': (name, n) => `\nfn ${name}(limit: i64) -> i64 {\n    if limit > ${n} { limit - ${n} } else { ${n} }\n}\n`,
  '.ts': (name, n) => `\nexport const ${name} = (limit: number): number => (limit > ${n} ? limit - ${n} : ${n});\n`,
};

/** Large enough to be source, small enough to be no list of data. Bytes. */
const sizes = { least: 500, most: 50_000 };

/** Files that a person would change: source of a known language, of a usual size, under a plain path. */
export const changeable = (files: readonly TreeFile[]): readonly TreeFile[] =>
  files.filter(
    ({ path, size }) =>
      size >= sizes.least &&
      size <= sizes.most &&
      extname(path) in functions &&
      /^[\w./-]+$/.test(path) &&
      !path.includes('bench-added-'),
  );

/** The file with one function more. */
export const withFunction = (path: string, content: Buffer, name: string, n: number): Buffer =>
  Buffer.concat([content, Buffer.from(functions[extname(path)]?.(name, n) ?? `\n${name} ${n}\n`)]);

/** Eight files far from each other, others each round. Throws RangeError for a repository with too few. */
export const chooseEight = (files: readonly TreeFile[], round: number): readonly TreeFile[] => {
  if (files.length < 8) throw new RangeError(`only ${files.length} source files to change: 8 are needed`);
  const step = Math.floor(files.length / 8);
  return Array.from({ length: 8 }, (_, i) => files[i * step + (round % step)] as TreeFile);
};

/**
 * One commit more in a real repository: 3 of its source files with a function appended, and 5 added beside others as copies with a
 * function more. `round` makes each different. Throws RangeError where there are too few source files.
 */
export const changeRealFiles = async (repository: string, round: number): Promise<void> => {
  const chosen = chooseEight(changeable(await listFiles(repository)), round);
  const contents = await readBlobs(
    repository,
    chosen.map(({ oid }) => oid),
  );
  const changes = chosen.map(({ path }, i) => ({
    path: i < 3 ? path : path.replace(/[^/]+$/, `bench-added-${round}-${i}${extname(path)}`),
    content: withFunction(path, contents[i] ?? Buffer.alloc(0), `benchAdded${round}x${i}`, round * 1000 + i),
  }));
  await commitFiles(repository, `round ${round}`, changes);
};
