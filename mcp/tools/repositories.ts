import { z } from 'zod';
import type { IndexedBranch, Repository } from '../../client/src/client.ts';
import { freshness } from '../freshness.ts';
import { visibleName } from '../repository-text.ts';
import { cursor, repository } from './inputs.ts';
import { addTool, readOnly, type ToolDeps } from './tool.ts';

const limit = z.int().min(1).max(100).default(50).describe('How many of them.');
const next = z.string().nullable().describe('The cursor of the next page; null on the last.');

const RepositoryLine = z.object({
  repository: z.string(),
  role: z.enum(['read', 'write', 'owner']),
  status: z.enum(['idle', 'syncing']),
  active_job_id: z.string().nullable(),
  queued: z.boolean(),
  health: z.string().describe('ok, incomplete, stale, failing or never_indexed.'),
  default_branch: z.string().nullable(),
  commit: z.string().nullable().describe('The default branch’s indexed commit.'),
  indexed_at: z.string().nullable(),
  files: z.number().nullable(),
  branches: z.number().describe('How many are indexed.'),
});

const BranchLine = z.object({
  branch: z.string(),
  default: z.boolean(),
  commit: z.string().describe('The commit that is indexed.'),
  indexed_at: z.string(),
  files: z.number(),
  source_commit: z.string().nullable().describe('The commit that the source had when it was last looked at.'),
  source_seen_at: z.string().nullable(),
  behind: z.boolean().nullable().describe('Whether the source had another commit than the indexed one.'),
});

export const addRepositoryTools = (deps: ToolDeps): void => {
  addTool(
    deps,
    'list_repositories',
    {
      title: 'List repositories',
      description:
        'The repositories that can be read: which commit of the default branch is indexed, since when, and whether a sync runs. Call it first: the other tools need an id.',
      input: z.strictObject({ limit, cursor }),
      output: z.object({ repositories: z.array(RepositoryLine), next_cursor: next }),
      annotations: readOnly,
    },
    async (query, { mcpReq: { signal } }) => {
      const page = await deps.client.call('list-repositories', { query }, { signal });
      const repositories = page.repositories.map(repositoryLine);
      const lines = repositories.map((each) =>
        [
          each.repository,
          each.commit === null
            ? `no index of ${each.default_branch === null ? 'a default branch' : visibleName(each.default_branch)}`
            : `${visibleName(each.default_branch ?? '')} at ${each.commit.slice(0, 12)}, indexed ${each.indexed_at}, ${each.files} files`,
          `health ${each.health}`,
          each.active_job_id === null
            ? each.status
            : `syncing by ${each.active_job_id}${each.queued ? ', another sync waits' : ''}`,
          `role ${each.role}`,
        ].join('; '),
      );
      const none = 'No repository can be read with this token. The user registers one with repo-sync add.';
      return {
        text: [...(lines.length > 0 ? lines : [none]), ...more(page.next)].join('\n'),
        structured: { repositories, next_cursor: page.next },
      };
    },
  );

  addTool(
    deps,
    'list_branches',
    {
      title: 'List branches',
      description:
        'The indexed branches of a repository: which commit is indexed, and whether the source was last seen with another one.',
      input: z.strictObject({ repository, limit, cursor }),
      output: z.object({ branches: z.array(BranchLine), next_cursor: next }),
      annotations: readOnly,
    },
    async ({ repository: repo_id, ...query }, { mcpReq: { signal } }) => {
      const page = await deps.client.call('list-branches', { path: { repo_id }, query }, { signal });
      const branches = page.branches.map(branchLine);
      const lines = branches.map(
        (each) =>
          `${visibleName(each.branch)}${each.default ? ' (default)' : ''} at ${each.commit.slice(0, 12)}, indexed ${each.indexed_at}, ${each.files} files; ${freshness(each)}`,
      );
      const none = 'No branch is indexed. sync_repository indexes the default branch.';
      return {
        text: [...(lines.length > 0 ? lines : [none]), ...more(page.next)].join('\n'),
        structured: { branches, next_cursor: page.next },
      };
    },
  );
};

const more = (cursor: string | null): string[] => (cursor === null ? [] : [`More follow: cursor ${cursor}`]);

const repositoryLine = (each: Repository): z.input<typeof RepositoryLine> => {
  const main = each.index.branches.find(({ name }) => name === each.default_branch);
  return {
    repository: each.repository_id,
    role: each.role,
    status: each.status,
    active_job_id: each.active_job_id,
    queued: each.queued_sync !== null,
    health: each.health,
    default_branch: each.default_branch,
    commit: main?.commit ?? null,
    indexed_at: main?.indexed_at ?? null,
    files: main?.files ?? null,
    branches: each.index.branches.length,
  };
};

const branchLine = (each: IndexedBranch): z.input<typeof BranchLine> => ({
  branch: each.name,
  default: each.default,
  commit: each.indexed_commit,
  indexed_at: each.indexed_at,
  files: each.files,
  source_commit: each.source_commit,
  source_seen_at: each.source_seen_at,
  behind: each.behind,
});
