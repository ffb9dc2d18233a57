import { pathToBytes } from '../../core/manifest/git-path.ts';
import type { PathRules } from '../../core/ports/path-rules.ts';
import { isGeneratedByName, isLockfile } from './generated-names.ts';
import { compileIgnorePatterns } from './ignore-patterns.ts';
import { compileLinguistAttributes } from './linguist-attributes.ts';

/**
 * Path rules by gitignore patterns, .gitattributes and well-known names.
 * The first reason of: ignored, lockfile, linguist_generated, generated. An explicit `-linguist-generated` lifts the
 * rules by name. Paths may be in git's quoted form.
 */
export const createPathRules = (): PathRules => ({
  compile(patterns, attributes) {
    const isIgnored = compileIgnorePatterns(patterns);
    const generatedAttribute = compileLinguistAttributes(attributes);
    return (quotedPath) => {
      const path = quotedPath.startsWith('"') ? plainPath(quotedPath) : quotedPath;
      if (isIgnored(path)) return 'ignored';
      const name = path.slice(path.lastIndexOf('/') + 1);
      const attribute = generatedAttribute(quotedPath);
      if (attribute === false) return null;
      if (isLockfile(name)) return 'lockfile';
      if (attribute === true) return 'linguist_generated';
      return isGeneratedByName(path, name) ? 'generated' : null;
    };
  },
});

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The characters that a pattern's author means, not git's quoting. Bytes that are no UTF-8 become U+FFFD. */
const plainPath = (quotedPath: string): string => utf8.decode(pathToBytes(quotedPath));
