import { z } from 'zod';
import { symbolKinds } from '../domain/symbol-kinds.ts';
import { Freshness } from './api.ts';
import { NotSearched } from './grep.ts';
import { BranchName } from './ids.ts';
import { PathPattern } from './path-pattern.ts';

/** What files define, at a branch's indexed commit. */

const { indexed_commit: _, ...fresh } = Freshness.shape;
const Flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const SymbolKind = z.enum(symbolKinds);

export const SymbolsQuery = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\0\n\r]*$/, 'must be of one line')
    .optional(),
  match: z.enum(['exact', 'prefix', 'contains']).default('exact'),
  case: Flag.default(true),
  kind: SymbolKind.optional(),
  path: PathPattern.optional(),
  language: z.string().min(1).max(50).optional(),
  branch: BranchName.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().min(1).max(8192).optional(),
});
export type SymbolsQuery = z.infer<typeof SymbolsQuery>;

export const OutlineQuery = z.strictObject({ branch: BranchName.optional() });
export type OutlineQuery = z.infer<typeof OutlineQuery>;

export const OutlineEntry = z.object({
  name: z.string(),
  kind: SymbolKind,
  container: z.string().nullable(),
  line: z.int(),
  start_line: z.int(),
  end_line: z.int(),
  signature: z.string(),
});
export type OutlineEntry = z.infer<typeof OutlineEntry>;

export const FoundSymbol = OutlineEntry.extend({
  path: z.string(),
  path_bytes: z.string().optional(),
  language: z.string().nullable(),
});
export type FoundSymbol = z.infer<typeof FoundSymbol>;

export const notParsedReasons = ['size', 'time', 'failed'] as const;
export const NotParsedFile = z.object({
  path: z.string(),
  path_bytes: z.string().optional(),
  reason: z.enum(notParsedReasons),
});
export type NotParsedFile = z.infer<typeof NotParsedFile>;

export const SymbolsAnswer = z.object({
  branch: z.string(),
  commit: z.string(),
  ...fresh,
  symbols: z.array(FoundSymbol),
  not_parsed: z.array(NotParsedFile),
  not_searched: z.array(NotSearched),
  truncated: z.enum(['time', 'size']).optional(),
  next_cursor: z.string().nullable(),
});
export type SymbolsAnswer = z.infer<typeof SymbolsAnswer>;

export const OutlineAnswer = z.object({
  path: z.string(),
  path_bytes: z.string().optional(),
  branch: z.string(),
  commit: z.string(),
  blob: z.string(),
  language: z.string().nullable(),
  symbols: z.array(OutlineEntry),
  not_parsed: z.enum(['language', ...notParsedReasons]).optional(),
  ...fresh,
});
export type OutlineAnswer = z.infer<typeof OutlineAnswer>;
