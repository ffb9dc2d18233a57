import { z } from 'zod';
import { JobId } from './ids.ts';

/** What git hosts send after a push: of their bodies only what is read; they may contain anything else. */

const Ref = z.string().max(1024);

/** GitHub, event `push` (GitHub docs, "Webhook events and payloads"). */
export const GithubPush = z.object({
  ref: Ref,
  deleted: z.boolean().default(false),
  repository: z
    .object({ default_branch: z.string().optional(), pushed_at: z.union([z.int(), z.string().max(64)]).optional() })
    .optional(),
});
export type GithubPush = z.infer<typeof GithubPush>;

/** GitHub and Gitea, event `delete`: of a branch or a tag, by its short name. */
export const GithubDelete = z.object({ ref: Ref, ref_type: z.string().max(64) });
export type GithubDelete = z.infer<typeof GithubDelete>;

/** GitLab, event `Push Hook` (GitLab docs, "Webhook events"): a deleted branch has only zeros after the push. */
export const GitlabPush = z.object({
  ref: Ref,
  after: z.string().max(64),
  project: z.object({ default_branch: z.string().nullish() }).optional(),
});
export type GitlabPush = z.infer<typeof GitlabPush>;

/** By their names in lower case. */
export const GithubHeaders = z.object({
  'x-github-event': z.string().min(1),
  'x-hub-signature-256': z.string().optional(),
  'x-github-delivery': z.string().optional(),
});
export const GitlabHeaders = z.object({
  'x-gitlab-event': z.string().min(1),
  'x-gitlab-token': z.string().optional(),
  'idempotency-key': z.string().optional(),
});

/**
 * What becomes of a push. `started`: a sync has begun, for this push or also for others; `owed`: one runs already, and exactly one more will follow it;
 * `ignored`: nothing to do, for the reason given; `pong`: the answer to GitHub's ping.
 */
export const PushHookAnswer = z.object({
  outcome: z.enum(['started', 'owed', 'ignored', 'pong']),
  job_id: JobId.nullable(),
  reason: z.string().nullable(),
});
export type PushHookAnswer = z.infer<typeof PushHookAnswer>;
