import { RepositoryId, type UserId } from '../contract/ids.ts';
import type { RepositoryRecord } from '../contract/records.ts';
import { roleOf } from '../domain/access.ts';
import { EmbedderThrottledError, EmbedderUnavailableError, StoreBusyError } from '../domain/errors.ts';
import { mapAhead } from '../manifest/pages/map-ahead.ts';
import type { Runtime } from '../ports/runtime.ts';

/** Repositories that are worked on at the same time, and looked at for one call at most. */
const AT_ONCE = 16;
export const MOST_REPOSITORIES = 5_000;
/** What is not done after this is left out: API Gateway gives up after 29 s, and what is found by then must still be sent. */
const BUDGET_MILLISECONDS = 15_000;

export interface Meant {
  /** By id. */
  readonly repositories: readonly RepositoryRecord[];
  /** For people: where not all were looked at. */
  readonly warnings: readonly string[];
}

/** The repositories that the user may read, and means. Named ones are read by themselves; otherwise all that the user has are gone through. */
export const meantRepositories = async (
  deps: Pick<Runtime, 'repositories'>,
  user: UserId,
  patterns: readonly string[] | undefined,
  isMeant: (id: string) => boolean,
): Promise<Meant> => {
  if (patterns?.every((pattern) => !pattern.includes('*'))) {
    const ids = [...new Set(patterns)].sort().flatMap((id) => RepositoryId.safeParse(id).data ?? []);
    const found = await Array.fromAsync(mapAhead(ids, AT_ONCE, (id) => deps.repositories.get(id)));
    const repositories = found
      .filter((each) => each !== null)
      .filter((each) => roleOf(each, user) !== null && isMeant(each.repository_id));
    return { repositories, warnings: [] };
  }
  const repositories: RepositoryRecord[] = [];
  let looked = 0;
  for (let cursor: string | null = null; ; ) {
    const page: Awaited<ReturnType<typeof deps.repositories.list>> = await deps.repositories.list(user, 100, cursor);
    repositories.push(...page.items.filter(({ repository_id }) => isMeant(repository_id)));
    looked += page.items.length;
    cursor = page.next;
    if (cursor === null) return { repositories, warnings: [] };
    if (looked >= MOST_REPOSITORIES) {
      const warning = `only the first ${MOST_REPOSITORIES} repositories were looked at: name those that you mean`;
      return { repositories, warnings: [warning] };
    }
  }
};

export type Reached<T> =
  | { readonly kind: 'answered'; readonly answer: T }
  /** Its store or the model is busy, or something of it is broken. */
  | { readonly kind: 'busy' | 'failed' }
  /** Begun, and not done in time; or not begun, since the time was over, or there was enough. */
  | { readonly kind: 'late' | 'not-begun' };

export interface ReachedRepository<T> {
  readonly repository: RepositoryRecord;
  readonly reached: Reached<T>;
}

/**
 * Works on repositories side by side. One that fails, or is not done in time, does not touch the others: what is slow is no more waited for, though it
 * may go on. `isEnough` is asked with what the first ones have answered, as far as they all have: then no more are begun.
 */
export const createFanOut =
  (deps: Pick<Runtime, 'clock' | 'logger'>) =>
  async <T, C extends { readonly repository: RepositoryRecord }>(
    repositories: readonly C[],
    work: (candidate: C) => Promise<T>,
    isEnough: (answer: T) => boolean = () => false,
  ): Promise<ReachedRepository<T>[]> => {
    const begun = deps.clock.now().getTime();
    const isOver = () => deps.clock.now().getTime() - begun > BUDGET_MILLISECONDS;
    const reached = new Array<Reached<T> | undefined>(repositories.length).fill(undefined);
    let [next, asked, enough] = [0, 0, false];
    const askInOrder = (): void => {
      for (let at = reached[asked]; at !== undefined && !enough; at = reached[asked]) {
        if (at.kind === 'answered' && isEnough(at.answer)) enough = true;
        asked += 1;
      }
    };
    const attempt = async (candidate: C): Promise<Reached<T>> => {
      try {
        return { kind: 'answered', answer: await work(candidate) };
      } catch (error) {
        const busy = [StoreBusyError, EmbedderThrottledError, EmbedderUnavailableError];
        const kind = busy.some((each) => error instanceof each) ? 'busy' : 'failed';
        const facts = { repository_id: candidate.repository.repository_id, error: String(error) };
        deps.logger.warn('repository not searched', facts);
        return { kind };
      }
    };
    const { promise: timeUp, resolve: end } = Promise.withResolvers<{ readonly kind: 'late' }>();
    const stop = deps.clock.every(BUDGET_MILLISECONDS, () => end({ kind: 'late' }));
    const lane = async (): Promise<void> => {
      while (next < repositories.length && !enough && !isOver()) {
        const mine = next++;
        reached[mine] = await Promise.race([attempt(repositories[mine] as C), timeUp]);
        askInOrder();
      }
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
    } finally {
      stop();
    }
    return repositories.map(({ repository }, n) => ({ repository, reached: reached[n] ?? { kind: 'not-begun' } }));
  };
