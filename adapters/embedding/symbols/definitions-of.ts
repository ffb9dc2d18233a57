import type { QueryMatch } from 'web-tree-sitter';
import { type SymbolKind, symbolKinds } from '../../../core/domain/symbol-kinds.ts';
import type { Definition } from '../../../core/ports/symbol-extractor.ts';

interface Found {
  readonly name: string;
  /** Null: it holds definitions, and is none. */
  readonly kind: SymbolKind | null;
  readonly pattern: number;
  readonly nameAt: number;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly startLine: number;
  readonly endLine: number;
  /** Named in the definition itself, as in `void Shop::open()`. */
  readonly container: string | null;
}

/** Of one text. More are data, or were made by a tool. */
export const MOST_DEFINITIONS = 20_000;
const SIGNATURE_LENGTH = 200;
const NAME_LENGTH = 200;
const CONTAINER_LENGTH = 400;

/** The definitions that the captures of a query name: `@name` in `@definition.<kind>`, with `@container`; and `@scope`, in which others are. */
export const definitionsOf = (text: string, matches: readonly QueryMatch[]): readonly Definition[] => {
  const byName = new Map<number, Found>();
  for (const match of matches) {
    const found = foundIn(match);
    if (found === null || found.name.length > NAME_LENGTH) continue;
    const known = byName.get(found.nameAt);
    if (known === undefined || known.pattern < found.pattern) byName.set(found.nameAt, found);
  }
  const definitions: { readonly at: number; readonly definition: Definition }[] = [];
  const open: { readonly end: number; readonly start: number; readonly path: string }[] = [];
  // The outer ones first.
  for (const found of [...byName.values()].sort((a, b) => a.start - b.start || b.end - a.end || a.nameAt - b.nameAt)) {
    const { name, kind, line, startLine, endLine, start, end, nameAt } = found;
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      // Two names of one statement are beside each other.
      if (top.end > start && !(top.start === start && top.end === end)) break;
      open.pop();
    }
    const around = open.at(-1)?.path;
    const container = [around, found.container].filter((part) => part != null).join('.');
    // A type names what is defined in it once more: `typedef struct lock { … } lock_t`.
    if (kind !== 'type')
      open.push({ start, end, path: `${container === '' ? '' : `${container}.`}${name}`.slice(-CONTAINER_LENGTH) });
    if (kind === null) continue;
    const signature = signatureAt(text, nameAt);
    const definition = {
      name,
      kind,
      line,
      startLine,
      endLine,
      container: container === '' ? null : container,
      signature,
    };
    definitions.push({ at: nameAt, definition });
  }
  return definitions.sort((a, b) => a.at - b.at).map(({ definition }) => definition);
};

const foundIn = ({ patternIndex, captures }: QueryMatch): Found | null => {
  let name: Found['name'] | undefined;
  let [nameAt, line, kind]: [number, number, SymbolKind | null | undefined] = [0, 0, undefined];
  let whole: QueryMatch['captures'][number]['node'] | undefined;
  const containers: string[] = [];
  for (const { name: capture, node } of captures) {
    if (capture === 'name') {
      name = plainName(node.text);
      nameAt = node.startIndex;
      line = node.startPosition.row + 1;
    } else if (capture === 'container') containers.push(node.text.replaceAll('::', '.'));
    else if (capture === 'scope' || capture.startsWith('definition.')) {
      const named = capture.slice('definition.'.length);
      kind = symbolKinds.find((each) => each === named) ?? null;
      whole = node;
    }
  }
  if (name === undefined || name === '' || kind === undefined || whole === undefined) return null;
  return {
    name,
    kind,
    pattern: patternIndex,
    nameAt,
    line,
    start: whole.startIndex,
    end: whole.endIndex,
    startLine: whole.startPosition.row + 1,
    endLine: whole.endPosition.row + 1,
    container: containers.length === 0 ? null : containers.join('.').slice(0, CONTAINER_LENGTH),
  };
};

/** Ruby's symbols and PowerShell's variables are named without their sign. */
const plainName = (text: string): string => text.replace(/^[:$]/, '');

/** Looked at within bounds: a line can be as long as the text. */
const signatureAt = (text: string, at: number): string => {
  const from = Math.max(0, at - SIGNATURE_LENGTH);
  const begin = from + text.slice(from, at).lastIndexOf('\n') + 1;
  const piece = text.slice(begin, begin + 2 * SIGNATURE_LENGTH);
  const end = piece.indexOf('\n');
  const line = (end < 0 ? piece : piece.slice(0, end)).trim();
  return line.length <= SIGNATURE_LENGTH ? line : line.slice(0, SIGNATURE_LENGTH).toWellFormed();
};
