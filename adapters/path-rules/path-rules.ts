import type { PathRules } from '../../core/ports/path-rules.ts';
import { pathBytes, patternBytes } from './byte-form.ts';
import { isGeneratedByName, isLockfile } from './generated-names.ts';
import { compileEncoding, compileGenerated } from './git-attributes.ts';
import { compileIgnorePatterns } from './ignore-patterns.ts';

/**
 * Path rules by gitignore patterns, .gitattributes and well-known names.
 * The first reason of: ignored, lockfile, linguist_generated, generated. An explicit `-linguist-generated` lifts the
 * rules by name. Paths may be in git's quoted form.
 */
export const createPathRules = (): PathRules => ({
  encodings(attributes) {
    const encodingOf = compileEncoding(attributes);
    return (quotedPath) => encodingOf(pathBytes(quotedPath));
  },
  compile(patterns, attributes) {
    const isIgnored = compileIgnorePatterns(patterns.map(patternBytes));
    const generatedAttribute = compileGenerated(attributes);
    return (quotedPath) => {
      const path = pathBytes(quotedPath);
      if (isIgnored(path)) return 'ignored';
      const name = path.slice(path.lastIndexOf('/') + 1);
      const attribute = generatedAttribute(path);
      if (attribute === false) return null;
      if (isLockfile(name)) return 'lockfile';
      if (attribute === true) return 'linguist_generated';
      return isGeneratedByName(path, name) ? 'generated' : null;
    };
  },
});
