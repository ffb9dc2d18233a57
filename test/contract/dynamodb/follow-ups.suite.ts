import { beforeEach, describe, expect, it } from 'vitest';
import type { FollowUps } from '../../../core/ports/follow-ups.ts';
import type { RepositoryStore } from '../../../core/ports/repository-store.ts';
import type { SyncClaims } from '../../../core/ports/sync-claims.ts';
import { aJob, aRepository, aRepositoryId } from '../../support/sync-records.ts';

export interface FollowUpsUnderTest {
  readonly repositories: RepositoryStore;
  readonly claims: SyncClaims;
  readonly followUps: FollowUps;
}

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 2, 0, 0, second));

/** What every FollowUps does, and what a claim does with one. `make` gives stores over new, empty state. */
export const followUpsContract = (name: string, make: () => Promise<FollowUpsUnderTest>): void => {
  describe(`${name} as FollowUps`, () => {
    let under: FollowUpsUnderTest;
    let followUps: FollowUps;
    beforeEach(async () => {
      under = await make();
      ({ followUps } = under);
    });
    const owed = async (id = aRepositoryId(), second = 1) => {
      await followUps.request(id, ['main'], 'github', at(second));
      const [first] = (await followUps.due(at(second), 100)).filter((each) => each.repositoryId === id);
      if (first === undefined) throw new Error('nothing is owed');
      return first;
    };

    it('owes nothing at first', async () => {
      expect(await followUps.due(at(50), 10)).toEqual([]);
    });

    it('owes what was asked for, from then on', async () => {
      const id = aRepositoryId();
      await followUps.request(id, ['main', 'develop'], 'github', at(5));
      expect(await followUps.due(at(4), 10)).toEqual([]);
      const due = { repositoryId: id, version: 1, branches: ['develop', 'main'], requestedBy: 'github' };
      expect(await followUps.due(at(5), 10)).toEqual([due]);
    });

    it('joins a request to what is owed already', async () => {
      const id = aRepositoryId();
      await followUps.request(id, ['main'], 'github', at(1));
      await followUps.request(id, ['main', 'feature/x'], 'gitlab', at(2));
      expect(await followUps.due(at(2), 10)).toEqual([
        { repositoryId: id, version: 2, branches: ['feature/x', 'main'], requestedBy: 'gitlab' },
      ]);
    });

    it('joins fifty requests at once, and loses none', async () => {
      const id = aRepositoryId();
      const branches = Array.from({ length: 50 }, (_, n) => `branch-${n}`);
      await Promise.all(branches.map((branch) => followUps.request(id, [branch], 'github', at(1))));
      const [due] = await followUps.due(at(1), 10);
      expect(due?.version).toBe(50);
      expect(new Set(due?.branches)).toEqual(new Set(branches));
    });

    it('owes a sync of no branch in particular', async () => {
      const id = aRepositoryId();
      await followUps.request(id, [], 'github', at(1));
      expect(await followUps.due(at(1), 10)).toMatchObject([{ repositoryId: id, branches: [] }]);
    });

    it('gives the oldest first, and no more than asked for', async () => {
      const ids = Array.from({ length: 12 }, () => aRepositoryId());
      for (const [second, id] of ids.entries()) await followUps.request(id, ['main'], 'github', at(second));
      const due = (await followUps.due(at(30), 5)).map((each) => each.repositoryId);
      expect(due).toEqual(ids.slice(0, 5));
      expect((await followUps.due(at(30), 100)).map((each) => each.repositoryId)).toEqual(ids);
    });

    it('looks again later when it is postponed', async () => {
      const due = await owed();
      await followUps.postpone(due, at(9));
      expect(await followUps.due(at(8), 10)).toEqual([]);
      expect(await followUps.due(at(9), 10)).toEqual([due]);
    });

    it('is due at once when a push comes while it is postponed', async () => {
      const due = await owed();
      await followUps.postpone(due, at(50));
      await followUps.request(due.repositoryId, ['main'], 'github', at(3));
      expect(await followUps.due(at(3), 10)).toMatchObject([{ version: 2 }]);
    });

    it('keeps a newer request from a postponement and from a drop that have not seen it', async () => {
      const due = await owed();
      await followUps.request(due.repositoryId, ['develop'], 'github', at(2));
      await followUps.postpone(due, at(50));
      await followUps.drop(due);
      expect(await followUps.due(at(2), 10)).toMatchObject([{ version: 2, branches: ['develop', 'main'] }]);
    });

    it('drops what cannot be done, twice as well as once', async () => {
      const due = await owed();
      await followUps.drop(due);
      await followUps.drop(due);
      await followUps.postpone(due, at(3));
      expect(await followUps.due(at(50), 10)).toEqual([]);
    });

    it('never gives a version twice, so that what was read before the end of one does not settle the next', async () => {
      const first = await owed();
      await followUps.drop(first);
      const next = await owed(first.repositoryId, 2);
      expect(next).toMatchObject({ version: 2, branches: ['main'] });
      await followUps.drop(first);
      expect(await followUps.due(at(2), 10)).toEqual([next]);
    });

    describe('and a claim', () => {
      const register = async () => {
        const repository = aRepository();
        await under.repositories.create(repository);
        return repository.repository_id;
      };
      const claim = (due: Awaited<ReturnType<typeof owed>>, parts: { force?: boolean } = {}) =>
        under.claims.claim({
          job: aJob(due.repositoryId, { trigger: 'push' }),
          force: parts.force ?? false,
          clearIndex: false,
          followUp: due,
        });

      it('that settles it leaves nothing owed', async () => {
        const due = await owed(await register());
        expect((await claim(due)).kind).toBe('claimed');
        expect(await followUps.due(at(50), 10)).toEqual([]);
      });

      it('that is not made settles nothing', async () => {
        const due = await owed(await register());
        await under.claims.claim({ job: aJob(due.repositoryId), force: false, clearIndex: false });
        expect((await claim(due)).kind).toBe('held');
        expect(await followUps.due(at(50), 10)).toEqual([due]);
      });

      it('that has not seen the last push is not made', async () => {
        const due = await owed(await register());
        await followUps.request(due.repositoryId, ['develop'], 'github', at(2));
        expect(await claim(due)).toEqual({ kind: 'follow-up-changed' });
        expect((await under.repositories.get(due.repositoryId))?.lock).toBeUndefined();
        const [joined] = await followUps.due(at(2), 10);
        if (joined === undefined) throw new Error('nothing is owed');
        expect((await claim(joined)).kind).toBe('claimed');
      });

      it('of what is settled already is not made, even by force', async () => {
        const due = await owed(await register());
        expect((await claim(due)).kind).toBe('claimed');
        expect(await claim(due, { force: true })).toEqual({ kind: 'follow-up-changed' });
      });

      it('among twenty at once is one', async () => {
        const due = await owed(await register());
        const outcomes = await Promise.all(Array.from({ length: 20 }, () => claim(due)));
        expect(outcomes.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
        expect(outcomes.every(({ kind }) => ['claimed', 'held', 'follow-up-changed'].includes(kind))).toBe(true);
        expect(await followUps.due(at(50), 10)).toEqual([]);
      });

      it('that is repeated after its answer was lost gets the same answer', async () => {
        const due = await owed(await register());
        const job = aJob(due.repositoryId);
        const asked = { job, force: false, clearIndex: false, followUp: due };
        const first = await under.claims.claim(asked);
        expect(await under.claims.claim(asked)).toEqual(first);
      });
    });
  });
};
