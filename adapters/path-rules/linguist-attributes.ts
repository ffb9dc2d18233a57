import { pathToBytes } from '../../core/manifest/git-path.ts';
import { attributePattern } from './attribute-pattern.ts';
import { pathBytes, patternBytes } from './byte-form.ts';

/** What .gitattributes say of a path, given as bytes: generated, explicitly not, or nothing. */
export type GeneratedAttribute = (path: string) => boolean | null;

interface Line {
  readonly matches: (relativePath: string, name: string) => boolean;
  /** Null: `!linguist-generated`, back to unspecified. */
  readonly generated: boolean | null;
}

/** Lines that may say something of a directory's files: where their paths begin, the deciding ones first. */
interface Scope {
  readonly prefixLength: number;
  readonly lines: readonly Line[];
}

const fileName = '.gitattributes';

/**
 * Compiles every .gitattributes of a tree. The file next to a path decides, then those above; in one file the later
 * line. Macros (`[attr]`) are not followed. Other attributes, linguist-vendored among them, do not matter.
 */
export const compileLinguistAttributes = (
  files: readonly { readonly path: string; readonly text: string }[],
): GeneratedAttribute => {
  const byDirectory = new Map<string, readonly Line[]>();
  for (const { path, text } of files) {
    const lines = text.split('\n').flatMap(parseLine).reverse();
    if (lines.length > 0) byDirectory.set(pathBytes(path).slice(0, -fileName.length), lines);
  }
  if (byDirectory.size === 0) return () => null;
  const scopes = new Map<string, readonly Scope[]>();
  const scopesOf = (directory: string): readonly Scope[] => {
    const known = scopes.get(directory);
    if (known !== undefined) return known;
    const above =
      directory === '' ? [] : scopesOf(directory.slice(0, directory.lastIndexOf('/', directory.length - 2) + 1));
    const lines = byDirectory.get(directory);
    const found = lines === undefined ? above : [{ prefixLength: directory.length, lines }, ...above];
    scopes.set(directory, found);
    return found;
  };
  return (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    for (const { prefixLength, lines } of scopesOf(path.slice(0, path.length - name.length))) {
      const relative = path.slice(prefixLength);
      const line = lines.find((candidate) => candidate.matches(relative, name));
      if (line !== undefined) return line.generated;
    }
    return null;
  };
};

/** Git passes over longer lines. */
const MAX_LINE_BYTES = 2048;

const parseLine = (text: string): readonly Line[] => {
  const line = text.trim();
  if (Buffer.byteLength(text) >= MAX_LINE_BYTES || line === '' || line.startsWith('#') || line.startsWith('[attr]'))
    return [];
  const [, quoted, plain, rest = ''] = /^(?:("(?:[^"\\]|\\.)*")|(\S+))(?:\s+(.*))?$/s.exec(line) ?? [];
  const pattern = quoted === undefined ? patternBytes(plain ?? '') : unquote(quoted);
  const generated = lastState(rest);
  if (generated === undefined) return [];
  const matches = attributePattern(pattern);
  return matches === null ? [] : [{ matches, generated }];
};

/** Undefined: the line does not mention it. */
const lastState = (attributes: string): boolean | null | undefined => {
  const [, sign, value] =
    [...attributes.matchAll(/(?:^|\s)([-!]?)linguist-generated(?:=(\S*))?(?=\s|$)/g)].at(-1) ?? [];
  if (sign === undefined) return undefined;
  if (sign === '!') return null;
  return sign === '' && value !== 'false';
};

const unquote = (quoted: string): string => Buffer.from(pathToBytes(patternBytes(quoted))).toString('latin1');
