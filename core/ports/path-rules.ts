import type { SkipReason } from '../domain/outcomes.ts';

/** Tells by its path alone whether a file is left out, and why. */
export type PathRule = (path: string) => SkipReason | null;

export interface PathRules {
  /**
   * @param patterns gitignore syntax, the repository's own before the request's: later ones win.
   * @param attributes every `.gitattributes` of the tree: its path and its text (only linguist-generated matters).
   */
  compile(patterns: readonly string[], attributes: readonly { path: string; text: string }[]): PathRule;
  /** What the tree's `working-tree-encoding` says of a path; null where it says nothing. */
  encodings(attributes: readonly { path: string; text: string }[]): (path: string) => string | null;
}
