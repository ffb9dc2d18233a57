import { z } from 'zod';

/** `[a-z0-9][a-z0-9-]{0,62}` */
export const RepositoryId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 lower-case letters, digits or dashes, and not begin with a dash')
  .brand<'RepositoryId'>();
export type RepositoryId = z.infer<typeof RepositoryId>;

export const JobId = z
  .string()
  .regex(/^sync-[0-9a-f-]{36}$/, 'must be a job id such as sync-6f1c…')
  .brand<'JobId'>();
export type JobId = z.infer<typeof JobId>;

/** The subject of a token. */
export const UserId = z
  .string()
  .regex(/^[A-Za-z0-9._@|:-]{1,128}$/, 'must be 1 to 128 letters, digits or . _ @ | : -')
  .brand<'UserId'>();
export type UserId = z.infer<typeof UserId>;

/** The name of a credential that the operator keeps: a reference, never the secret itself. */
export const CredentialName = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be 1 to 128 letters, digits or . _ -')
  .brand<'CredentialName'>();
export type CredentialName = z.infer<typeof CredentialName>;

/** A git object id: SHA-1 or SHA-256, in hex. */
export const Oid = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'must be a git object id');
export type Oid = z.infer<typeof Oid>;

/**
 * A branch name by git's own rules (git-check-ref-format): no leading dash, no `..`, no control characters, space or
 * any of `~^:?*[\`, no leading, trailing or doubled slash, no component that begins with a dot or ends with `.lock`,
 * no trailing dot, no `@{`, not `@`.
 */
export const BranchName = z
  .string()
  .min(1)
  .max(244)
  .refine(isBranchName, 'must be a branch name by git’s rules, and not begin with a dash')
  .brand<'BranchName'>();
export type BranchName = z.infer<typeof BranchName>;

function isBranchName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: git forbids them
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|[/.]$|^@$/.test(name)) return false;
  return name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'));
}

/** A remote's name: as a branch's, and one component. */
export const RemoteName = z
  .string()
  .min(1)
  .max(100)
  .refine((name) => isBranchName(name) && !name.includes('/'), 'must be a remote name such as origin')
  .brand<'RemoteName'>();
export type RemoteName = z.infer<typeof RemoteName>;
