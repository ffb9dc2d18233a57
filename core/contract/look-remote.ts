import { z } from 'zod';
import { BranchName, CredentialName, Oid, RemoteName, UserId } from './ids.ts';
import { PullReport } from './records.ts';

/** What start-sync asks the function look-remote. The source's credential is a reference. */
export const LookRemoteInput = z.object({
  source: z.object({
    url: z.string(),
    owner: UserId.optional(),
    credential: z.object({ name: CredentialName, user: UserId }).optional(),
  }),
  branches: z.array(z.object({ branch: BranchName, from: Oid.nullable(), head: z.boolean().optional() })),
  remote: RemoteName,
  budget_milliseconds: z.number().positive(),
});
export type LookRemoteInput = z.input<typeof LookRemoteInput>;

export const LookRemoteOutput = z.array(PullReport);

/** For a branch that could not be looked at. */
export const unknownReport = (remote: string, branch: string, from: string | null): PullReport => ({
  remote,
  branch,
  from,
  to: null,
  commit_count: null,
  rewritten: false,
});
