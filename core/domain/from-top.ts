/** The top of the tree, as a shell or a tool that lists files may put it before a name. No tree has a name that is a dot. */
const top = /^(?:\.\/+)+/;

/** A file or directory as git has it, of a name as it may be typed or pasted: `./src/a.ts` is `src/a.ts`, and `.` is the top itself. */
export const nameFromTop = (name: string): string => (name === '.' ? '' : name.replace(top, ''));

/** The same of a pattern: `./src` is `/src`, at the top only. */
export const patternFromTop = (pattern: string): string => pattern.replace(/^(?:\.\/+)+(?=.)/, '/');
