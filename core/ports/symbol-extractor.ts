import type { NamePlace } from '../domain/name-place.ts';
import type { SymbolKind } from '../domain/symbol-kinds.ts';

/** A name that a text defines. Lines are counted from 1, and include both ends. */
export interface Definition {
  readonly name: string;
  readonly kind: SymbolKind;
  /** Where the name stands. */
  readonly line: number;
  /** Of the whole definition. */
  readonly startLine: number;
  readonly endLine: number;
  /** What it is defined in, from the outside in, with dots between; null at the top of a file. */
  readonly container: string | null;
  /** The line with the name, without the blanks around it; a piece of a long one. */
  readonly signature: string;
}

/** Why a text's definitions are not all known: it is too long, took too long, or broke the parser. */
export type NotParsed = 'size' | 'time' | 'failed';

export interface FileSymbols {
  /** In the order of their names in the text. */
  readonly definitions: readonly Definition[];
  readonly notParsed?: NotParsed;
}

/** Finds definitions by syntax. Text with errors in it gives what can be made out. */
export interface SymbolExtractor {
  /** Ids of the languages whose definitions are found, in order. */
  readonly languages: readonly string[];
  /** Whether definitions are found in a file of this name. */
  covers(path: string): boolean;
  /** Where names may be defined in such a file; null: anywhere. */
  placesIn(path: string): NamePlace | null;
  /** Never throws for bad input. Blocks its thread for as long as a parse takes, which is bounded. */
  definitionsIn(path: string, text: string): Promise<FileSymbols>;
}
