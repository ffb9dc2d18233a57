import { compileGlob } from './glob.ts';

/**
 * A matcher for one pattern of a .gitattributes file, as gitattributes(5) says: gitignore's wildcards, but a pattern that
 * matches a directory does not match what is below it. Pattern and paths are bytes, each as one character. Null for a
 * pattern that can never match.
 */
export const attributePattern = (pattern: string): ((relativePath: string, name: string) => boolean) | null =>
  pattern.startsWith('!') || pattern.endsWith('/') ? null : compileGlob(pattern);
