import { z } from 'zod';
import { skipReasons } from '../domain/outcomes.ts';
import { Freshness } from './api.ts';
import { BranchName } from './ids.ts';
import { PathPattern } from './path-pattern.ts';

const Flag = z.enum(['true', 'false']).transform((value) => value === 'true');

export const GrepQuery = z.strictObject({
  pattern: z.string().min(1).max(1000),
  regex: Flag.default(false),
  case: Flag.default(true),
  word: Flag.default(false),
  path: PathPattern.optional(),
  language: z.string().min(1).max(50).optional(),
  branch: BranchName.optional(),
  context: z.coerce.number().int().min(0).max(20).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().min(1).max(8192).optional(),
});
export type GrepQuery = z.infer<typeof GrepQuery>;

export const GrepMatch = z.object({
  path: z.string(),
  path_bytes: z.string().optional(),
  language: z.string().nullable(),
  line: z.int(),
  column: z.int(),
  text: z.string(),
  text_column: z.int().optional(),
  ranges: z.array(z.array(z.int()).length(2)),
  more: z.literal(true).optional(),
  before: z.array(z.string()).optional(),
  after: z.array(z.string()).optional(),
});
export type GrepMatch = z.infer<typeof GrepMatch>;

export const notSearchedReasons = [...skipReasons, 'failed'] as const;
export const NotSearched = z.object({ reason: z.enum(notSearchedReasons), files: z.int() });
export type NotSearched = z.infer<typeof NotSearched>;

export const GrepAnswer = z.object({
  branch: z.string(),
  commit: z.string(),
  ...Freshness.omit({ indexed_commit: true }).shape,
  matches: z.array(GrepMatch),
  not_searched: z.array(NotSearched),
  warnings: z.array(z.string()),
  truncated: z.enum(['time', 'size']).optional(),
  next_cursor: z.string().nullable(),
});
export type GrepAnswer = z.infer<typeof GrepAnswer>;
