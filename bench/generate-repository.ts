import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { devNull } from 'node:os';
import { parseArgs } from 'node:util';

/**
 * Makes a repository that looks like a large product's: six languages, sizes spread as in real code (log-normal, median
 * about 1.5 KB, mean about 2.5 KB), deep and wide folders, some binaries, lockfiles and generated files. The same number of files gives
 * the same repository, byte for byte.
 *
 *     node bench/generate-repository.ts --files 100000 --out /tmp/large
 */

/** A small, fast generator of repeatable numbers (mulberry32), 0 to 1. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

const verbs = 'load parse render update remove merge split check build sign fetch store index rank open close'.split(
  ' ',
);
const nouns =
  'account invoice basket session ledger widget packet tenant schema cursor bucket token policy region report'.split(
    ' ',
  );
const areas = 'billing search auth storage network report admin mobile shared tools'.split(' ');

interface Language {
  readonly extension: string;
  readonly share: number;
  readonly block: (name: string, noun: string, n: number) => string;
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const languages: readonly Language[] = [
  {
    extension: 'ts',
    share: 0.35,
    block: (name, noun, n) =>
      `/** ${capital(name)} for one ${noun}; limit ${n}. */\nexport const ${name}${n} = (${noun}: ${capital(noun)}, limit = ${n}): number => {\n  if (${noun}.size > limit) {\n    throw new RangeError(\`${noun} is larger than \${limit}\`);\n  }\n  return ${noun}.items.filter((item) => item.rank > ${n % 97}).length;\n};\n\n`,
  },
  {
    extension: 'go',
    share: 0.2,
    block: (name, noun, n) =>
      `// ${capital(name)}${n} walks the ${noun} and counts what is left.\nfunc ${capital(name)}${n}(${noun} *${capital(noun)}) (int, error) {\n\tif ${noun} == nil {\n\t\treturn 0, errors.New("no ${noun} ${n}")\n\t}\n\tcount := 0\n\tfor _, item := range ${noun}.Items {\n\t\tif item.Rank > ${n % 89} {\n\t\t\tcount++\n\t\t}\n\t}\n\treturn count, nil\n}\n\n`,
  },
  {
    extension: 'py',
    share: 0.2,
    block: (name, noun, n) =>
      `def ${name}_${n}(${noun}, limit=${n}):\n    """Return what is left of the ${noun} above the limit."""\n    if ${noun} is None:\n        raise ValueError("no ${noun}")\n    return [item for item in ${noun}.items if item.rank > limit % ${(n % 83) + 1}]\n\n\n`,
  },
  {
    extension: 'java',
    share: 0.15,
    block: (name, noun, n) =>
      `  /** Does ${name} with a ${noun}, at most ${n} times. */\n  public int ${name}${n}(${capital(noun)} ${noun}) {\n    int count = 0;\n    for (Item item : ${noun}.items()) {\n      if (item.rank() > ${n % 79}) {\n        count += item.weight();\n      }\n    }\n    return count;\n  }\n\n`,
  },
  {
    extension: 'md',
    share: 0.06,
    block: (name, noun, n) =>
      `## How to ${name} a ${noun} (${n})\n\nOpen the ${noun}, ${name} it, and look at the number below. It is never more than ${n}.\n\n`,
  },
  {
    extension: 'json',
    share: 0.04,
    block: (name, noun, n) =>
      `  "${name}-${noun}-${n}": { "limit": ${n}, "owner": "${noun}", "enabled": ${n % 2 === 0} },\n`,
  },
];

const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)] as T;

const languageFor = (random: () => number): Language => {
  let at = random();
  for (const language of languages) {
    at -= language.share;
    if (at < 0) return language;
  }
  return languages[0] as Language;
};

/** Bytes of a file: log-normal, cut at 64 KB. */
const sizeFor = (random: () => number): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.min(65_536, Math.round(Math.exp(7.3 + normal)));
};

const textOf = (language: Language, random: () => number): string => {
  const size = sizeFor(random);
  let text = '';
  while (text.length < size)
    text += language.block(
      `${pick(verbs, random)}${capital(pick(nouns, random))}`,
      pick(nouns, random),
      Math.floor(random() * 1e6),
    );
  return language.extension === 'json' ? `{\n${text}  "end": true\n}\n` : text;
};

/** Path and content of file `n`; `revision` changes the content, not the path. */
export const generatedFile = (n: number, revision = 0): { readonly path: string; readonly content: Buffer } => {
  const layout = randomFrom(n * 2 + 1);
  const folder = `${pick(areas, layout)}/${pick(nouns, layout)}-${n % 50}/${pick(verbs, layout)}`;
  const kind = layout();
  if (kind < 0.01) return { path: `${folder}/image-${n}.png`, content: binary(n) };
  if (kind < 0.012) return { path: `${folder}/pkg-${n}/package-lock.json`, content: Buffer.from(`{"lock":${n}}\n`) };
  const language = languageFor(layout);
  const text = textOf(language, randomFrom(n * 2 + revision * 1_000_003));
  const head = kind < 0.02 ? '// Code generated by a tool. DO NOT EDIT.\n' : '';
  return { path: `${folder}/${pick(nouns, layout)}-${n}.${language.extension}`, content: Buffer.from(head + text) };
};

const binary = (n: number): Buffer => {
  const random = randomFrom(n);
  return Buffer.from(Uint8Array.from({ length: 512 + (n % 2048) }, () => Math.floor(random() * 256)).fill(0, 8, 12));
};

const git = async (cwd: string, args: readonly string[], input?: AsyncIterable<Buffer | string>): Promise<void> => {
  const child = spawn('git', ['-c', `core.hooksPath=${devNull}`, '-c', 'gc.auto=0', ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: devNull, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: devNull },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  for await (const part of input ?? []) if (!child.stdin.write(part)) await once(child.stdin, 'drain');
  child.stdin.end();
  const [code] = await exited;
  if (code !== 0) throw new Error(`git ${args[0]} ended with ${code}`);
};

async function* commit(
  message: string,
  files: Iterable<{ path: string; content: Buffer } | { path: string; content: null }>,
  first: boolean,
): AsyncGenerator<Buffer | string> {
  yield `commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata ${message.length}\n${message}\n`;
  if (!first) yield 'from refs/heads/main^0\n';
  for (const { path, content } of files) {
    if (content === null) yield `D ${path}\n`;
    else {
      yield `M 100644 inline ${path}\ndata ${content.length}\n`;
      yield content;
      yield '\n';
    }
  }
}

/** Makes the repository anew, bare, with one commit. */
export const generateRepository = async (path: string, files: number): Promise<void> => {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  await git(path, ['init', '--quiet', '--bare', '--initial-branch=main']);
  function* all() {
    for (let n = 0; n < files; n++) yield generatedFile(n);
  }
  await git(path, ['fast-import', '--quiet'], commit('all files', all(), true));
};

/** One commit more: 5 files added, 3 modified. `round` makes each different. */
export const changeEightFiles = async (path: string, files: number, round: number): Promise<void> => {
  function* changes() {
    for (let i = 0; i < 5; i++) yield generatedFile(files + round * 5 + i);
    let n = round * 101;
    for (let i = 0; i < 3; n++) {
      const file = generatedFile(n % files, round);
      if (!/\.(ts|go|py|java)$/.test(file.path)) continue;
      i += 1;
      yield file;
    }
  }
  await git(path, ['fast-import', '--quiet'], commit(`round ${round}`, changes(), false));
};

if (import.meta.main) {
  const { values } = parseArgs({ options: { files: { type: 'string', default: '100000' }, out: { type: 'string' } } });
  if (values.out === undefined) throw new Error('--out: where to make the repository');
  await generateRepository(values.out, Number(values.files));
  console.log(`${values.files} files in ${values.out}`);
}
