import type { RepositoryAnswer } from '../contract/api.ts';
import type { UserId } from '../contract/ids.ts';
import { roleOf } from '../domain/access.ts';
import type { Page } from '../ports/repository-store.ts';
import type { Runtime } from '../ports/runtime.ts';
import { queuedSync } from './queued-sync.ts';
import { repositoryAnswer } from './repository-answer.ts';

export const listRepositories =
  (deps: Pick<Runtime, 'repositories' | 'followUps' | 'clock' | 'scheduleTimes'>) =>
  async (user: UserId, limit: number, cursor: string | null): Promise<Page<RepositoryAnswer>> => {
    const page = await deps.repositories.list(user, limit, cursor);
    const items = await Promise.all(
      page.items.map(async (repository) => {
        const role = roleOf(repository, user);
        return role === null ? [] : [repositoryAnswer(deps)(repository, role, await queuedSync(deps)(repository))];
      }),
    );
    return { items: items.flat(), next: page.next };
  };
