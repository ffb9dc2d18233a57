import { pathToBytes } from '../../core/manifest/git-path.ts';

/** Git's patterns match bytes: `?` is one byte. Here each byte is one character, of a pattern … */
export const patternBytes = (text: string): string => Buffer.from(text).toString('latin1');

/** … or of a path, which may be in git's quoted form. */
export const pathBytes = (path: string): string =>
  /^"|[\u0080-\uffff]/.test(path) ? Buffer.from(pathToBytes(path)).toString('latin1') : path;
