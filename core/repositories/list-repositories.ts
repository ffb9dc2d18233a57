import type { RepositoryAnswer } from '../contract/api.ts';
import type { UserId } from '../contract/ids.ts';
import { roleOf } from '../domain/access.ts';
import type { Page } from '../ports/repository-store.ts';
import type { Runtime } from '../ports/runtime.ts';
import { repositoryAnswer } from './repository-answer.ts';

export const listRepositories =
  (deps: Pick<Runtime, 'repositories' | 'clock' | 'scheduleTimes'>) =>
  async (user: UserId, limit: number, cursor: string | null): Promise<Page<RepositoryAnswer>> => {
    const page = await deps.repositories.list(user, limit, cursor);
    const items = page.items.flatMap((repository) => {
      const role = roleOf(repository, user);
      return role === null ? [] : [repositoryAnswer(deps)(repository, role)];
    });
    return { items, next: page.next };
  };
