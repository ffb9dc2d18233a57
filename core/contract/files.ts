import { z } from 'zod';
import { nameFromTop } from '../domain/from-top.ts';
import { Freshness, IndexUnusable, NotIndexed, Problem } from './api.ts';
import { BranchName, RepositoryId } from './ids.ts';
import { PathPattern } from './path-pattern.ts';

/** Files of a branch, listed and read at its indexed commit. */

const { indexed_commit: _, ...fresh } = Freshness.shape;

/** What a directory is called by, without git's quoting; nothing that no tree can hold. */
const DirectoryPath = z
  .string()
  .max(4096)
  .regex(/^(?!\/)[^\0]*$/, 'must be a path from the top of the tree, without a slash at its beginning')
  .overwrite(nameFromTop);

/** Base64, of the alphabet of addresses too. */
const Base64 = z
  .string()
  .max(8192)
  .regex(/^(?:[\w+/-]{4})*(?:[\w+/-]{2}(?:==)?|[\w+/-]{3}=?)?$/, 'must be base64');

export const ListFilesQuery = z
  .strictObject({
    path: DirectoryPath.optional(),
    path_bytes: Base64.optional(),
    glob: PathPattern.optional(),
    branch: BranchName.optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
    cursor: z.string().min(1).max(8192).optional(),
  })
  .refine(({ path, path_bytes }) => path === undefined || path_bytes === undefined, {
    path: ['path_bytes'],
    message: 'must not be beside `path`',
  });
export type ListFilesQuery = z.infer<typeof ListFilesQuery>;

/** `file_path`: as a manifest has it; see lambdas/handling/path-parameters.ts. */
export const FileParams = z.object({
  repo_id: RepositoryId,
  file_path: z.string().overwrite(nameFromTop).min(1).max(16_384),
});

const Line = z.coerce.number().int().min(1).max(10_000_000);

export const ReadFileQuery = z
  .strictObject({ branch: BranchName.optional(), start: Line.optional(), end: Line.optional() })
  .refine(({ start = 1, end }) => end === undefined || end >= start, {
    path: ['end'],
    message: 'must not be less than `start`',
  });
export type ReadFileQuery = z.infer<typeof ReadFileQuery>;

export const ReadFileHeaders = z.object({ 'if-none-match': z.string().optional() });

/** Of bytes that are not UTF-8. */
const PathBytes = z.string().optional();

export const FileEntry = z.object({
  path: z.string(),
  path_bytes: PathBytes,
  type: z.enum(['file', 'directory']),
  blob: z.string().optional(),
  bytes: z.int().optional(),
  language: z.string().nullable().optional(),
  not_indexed: z.string().optional(),
});
export type FileEntry = z.infer<typeof FileEntry>;

export const FileList = z.object({
  commit: z.string(),
  branch: z.string(),
  ...fresh,
  entries: z.array(FileEntry),
  next_cursor: z.string().nullable(),
});
export type FileList = z.infer<typeof FileList>;

export const FileAnswer = z.object({
  path: z.string(),
  path_bytes: PathBytes,
  branch: z.string(),
  commit: z.string(),
  blob: z.string(),
  language: z.string().nullable(),
  bytes: z.int(),
  lines: z.int(),
  start: z.int(),
  end: z.int(),
  text: z.string(),
  ...fresh,
});
export type FileAnswer = z.infer<typeof FileAnswer>;

/** 404: also why a file that is there is not in the index. */
export const FileNotFound = Problem.extend({ reason: z.string().optional() });
export const NoFile = z.union([NotIndexed, FileNotFound]);

/** 503: what passes by itself, or contents that a sync must read anew. */
export const FilesUnavailable = z.union([IndexUnusable, Problem]);
