import { patternFromTop } from '../domain/from-top.ts';
import { IgnorePattern } from './sync-options.ts';

/** Which files are asked for, by their paths. */
export const PathPattern = IgnorePattern.overwrite(patternFromTop);
