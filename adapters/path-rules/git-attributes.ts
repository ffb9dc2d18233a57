import { pathToBytes } from '../../core/manifest/git-path.ts';
import { attributePattern } from './attribute-pattern.ts';
import { pathBytes, patternBytes } from './byte-form.ts';

/** What an attribute is for a path, given as bytes; null: nothing. */
export type Attribute<Value> = (path: string) => Value | null;

/** `linguist-generated`: set, or explicitly not. */
export const compileGenerated = (files: AttributeFiles): Attribute<boolean> =>
  compile(files, 'linguist-generated', (isSet, value) => isSet && value !== 'false');

/** `working-tree-encoding`: what git takes the files of a checkout to be written in. */
export const compileEncoding = (files: AttributeFiles): Attribute<string> =>
  compile(files, 'working-tree-encoding', (isSet, value) =>
    isSet && value !== undefined && value !== '' ? value : null,
  );

type AttributeFiles = readonly { readonly path: string; readonly text: string }[];

interface Line<Value> {
  readonly matches: (relativePath: string, name: string) => boolean;
  /** Null: `!attribute`, back to unspecified. */
  readonly value: Value | null;
}

/** Lines that may say something of a directory's files: where their paths begin, the deciding ones first. */
interface Scope<Value> {
  readonly prefixLength: number;
  readonly lines: readonly Line<Value>[];
}

const fileName = '.gitattributes';

/**
 * Compiles every .gitattributes of a tree. The file next to a path decides, then those above; in one file the later
 * line. Macros (`[attr]`) are not followed.
 */
const compile = <Value>(
  files: AttributeFiles,
  attribute: string,
  readAs: (isSet: boolean, value: string | undefined) => Value | null,
): Attribute<Value> => {
  const mention = new RegExp(String.raw`(?:^|\s)([-!]?)${attribute}(?:=(\S*))?(?=\s|$)`, 'g');
  /** Undefined: the line does not mention it. */
  const stateIn = (attributes: string): Value | null | undefined => {
    const [, sign, value] = [...attributes.matchAll(mention)].at(-1) ?? [];
    if (sign === undefined) return undefined;
    return sign === '!' ? null : readAs(sign === '', value);
  };
  const byDirectory = new Map<string, readonly Line<Value>[]>();
  for (const { path, text } of files) {
    const lines = text
      .split('\n')
      .flatMap((line) => parseLine(line, stateIn))
      .reverse();
    if (lines.length > 0) byDirectory.set(pathBytes(path).slice(0, -fileName.length), lines);
  }
  if (byDirectory.size === 0) return () => null;
  const scopes = new Map<string, readonly Scope<Value>[]>();
  const scopesOf = (directory: string): readonly Scope<Value>[] => {
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
      if (line !== undefined) return line.value;
    }
    return null;
  };
};

/** Git passes over longer lines. */
const MAX_LINE_BYTES = 2048;

const parseLine = <Value>(
  text: string,
  stateIn: (attributes: string) => Value | null | undefined,
): readonly Line<Value>[] => {
  const line = text.trim();
  if (Buffer.byteLength(text) >= MAX_LINE_BYTES || line === '' || line.startsWith('#') || line.startsWith('[attr]'))
    return [];
  const [, quoted, plain, rest = ''] = /^(?:("(?:[^"\\]|\\.)*")|(\S+))(?:\s+(.*))?$/s.exec(line) ?? [];
  const pattern = quoted === undefined ? patternBytes(plain ?? '') : unquote(quoted);
  const value = stateIn(rest);
  if (value === undefined) return [];
  const matches = attributePattern(pattern);
  return matches === null ? [] : [{ matches, value }];
};

const unquote = (quoted: string): string => Buffer.from(pathToBytes(patternBytes(quoted))).toString('latin1');
