import type { SkipReason } from '../domain/outcomes.ts';

/** Tells by its path alone whether a file is left out, and why. */
export type PathRule = (path: string) => SkipReason | null;

export interface PathRules {
  /**
   * @param patterns gitignore syntax, the repository's own before the request's: later ones win.
   * @param attributes every `.gitattributes` of the tree: its path and its text (only linguist-generated and linguist-vendored matter).
   */
  compile(patterns: readonly string[], attributes: readonly { path: string; text: string }[]): PathRule;
}
