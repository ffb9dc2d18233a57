import { z } from 'zod';

/** Inputs that several tools have. */
export const repository = z.string().min(1).max(63).describe('The repository’s id, as list_repositories shows it.');

/** Of tools that search many where none is named. */
export const someRepository = repository.optional().describe('The repository’s id; without, all that you may read.');

export const repositories = z
  .string()
  .min(1)
  .max(4_000)
  .optional()
  .describe('Without repository: only these, such as shop,team-*.');

export const branch = z
  .string()
  .min(1)
  .max(255)
  .optional()
  .describe('An indexed branch, as list_branches shows it; the default branch without.');

export const pathPattern = z
  .string()
  .min(1)
  .max(500)
  .optional()
  .describe('Only files whose path matches, as in .gitignore, such as src/ or *.ts.');

export const language = z
  .string()
  .min(1)
  .max(50)
  .optional()
  .describe('Only files of this language, such as typescript.');

export const cursor = z
  .string()
  .min(1)
  .max(2_000)
  .optional()
  .describe('The cursor at the end of the last answer, for the next page.');

/** Beside an input `path`; file-names.ts looks at it. */
export const pathBytes = z.string().optional().describe('In the place of path: a name’s path_bytes.');
