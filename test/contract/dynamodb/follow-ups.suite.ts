import { beforeEach, describe, expect, it } from 'vitest';
import { type RepositoryId, UserId } from '../../../core/contract/ids.ts';
import type { JobRecord } from '../../../core/contract/records.ts';
import type { FollowUps, Queued } from '../../../core/ports/follow-ups.ts';
import type { JobEnds } from '../../../core/ports/job-ends.ts';
import type { RepositoryStore } from '../../../core/ports/repository-store.ts';
import type { SyncClaims } from '../../../core/ports/sync-claims.ts';
import { aJob, aRepository, aRepositoryId } from '../../support/sync-records.ts';

export interface FollowUpsUnderTest {
  readonly repositories: RepositoryStore;
  readonly claims: SyncClaims;
  readonly ends: JobEnds;
  readonly followUps: FollowUps;
}

/** As {@link aRepository} registers it. */
const REGISTERED = '2026-01-01T00:00:00.000Z';
const of = (repository_id: RepositoryId, created_at = REGISTERED) => ({ repository_id, created_at });

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
      await followUps.request(of(id), ['main'], 'github', at(second));
      const [first] = (await followUps.due(at(second), 100)).filter((each) => each.repositoryId === id);
      if (first === undefined) throw new Error('nothing is owed');
      return first;
    };

    it('owes nothing at first', async () => {
      expect(await followUps.due(at(50), 10)).toEqual([]);
    });

    it('owes what was asked for, from then on', async () => {
      const id = aRepositoryId();
      await followUps.request(of(id), ['main', 'develop'], 'github', at(5));
      expect(await followUps.due(at(4), 10)).toEqual([]);
      const due = {
        repositoryId: id,
        registered: REGISTERED,
        version: 1,
        branches: ['develop', 'main'],
        requestedBy: 'github',
        trigger: 'push',
        queued: null,
      };
      expect(await followUps.due(at(5), 10)).toEqual([due]);
    });

    it('joins a request to what is owed already', async () => {
      const id = aRepositoryId();
      await followUps.request(of(id), ['main'], 'github', at(1));
      await followUps.request(of(id), ['main', 'feature/x'], 'gitlab', at(2));
      expect(await followUps.due(at(2), 10)).toEqual([
        {
          repositoryId: id,
          registered: REGISTERED,
          version: 2,
          branches: ['feature/x', 'main'],
          requestedBy: 'gitlab',
          trigger: 'push',
          queued: null,
        },
      ]);
    });

    it('gives what is owed with each request, and by id, due or not', async () => {
      const id = aRepositoryId();
      expect(await followUps.get(id)).toBeNull();
      const first = await followUps.request(of(id), ['main'], 'github', at(1));
      expect(first).toMatchObject({ repositoryId: id, version: 1, branches: ['main'] });
      const joined = await followUps.request(of(id), [], 'gitlab', at(2));
      expect(joined).toMatchObject({ version: 2, branches: ['main'], requestedBy: 'gitlab' });
      await followUps.postpone(joined, at(50));
      expect(await followUps.get(id)).toEqual(joined);
      await followUps.drop(joined);
      expect(await followUps.get(id)).toBeNull();
    });

    it('replaces what an earlier repository of the same id has left', async () => {
      const id = aRepositoryId();
      await followUps.request(of(id), ['main', 'old'], 'github', at(1));
      const later = '2026-01-02T00:00:00.000Z';
      const next = await followUps.request(of(id, later), ['main'], 'gitlab', at(2));
      expect(next).toMatchObject({ registered: later, version: 2, branches: ['main'], requestedBy: 'gitlab' });
      const look = await followUps.request(of(id), [], 'github', at(3));
      expect(look).toMatchObject({ registered: REGISTERED, version: 3, branches: [] });
      expect(await followUps.due(at(3), 10)).toEqual([look]);
    });

    describe('taken back', () => {
      const ann = UserId.parse('ann');
      const ask = () => ({ by: ann, jobId: aJob(aRepositoryId()).job_id, fullReindex: true, smart: true });

      it('is gone where no one but users has asked, and the next request is the first again', async () => {
        const id = aRepositoryId();
        const waiting = await followUps.request(of(id), ['main', 'develop'], ask(), at(1));
        expect(await followUps.takeBack(waiting)).toBe('taken-back');
        expect(await followUps.get(id)).toBeNull();
        expect(await followUps.due(at(9), 10)).toEqual([]);
        expect(await followUps.takeBack(waiting)).toBe('changed');
        const next = await followUps.request(of(id), ['main'], { ...ask(), fullReindex: false }, at(2));
        expect(next).toMatchObject({ branches: ['main'], queued: { fullReindex: false } });
      });

      it('leaves what a push has asked for, as another version, and nothing that was asked for since it was read', async () => {
        const id = aRepositoryId();
        const first = await followUps.request(of(id), ['main'], ask(), at(1));
        const both = await followUps.request(of(id), ['develop'], 'github', at(2));
        expect(await followUps.takeBack(first)).toBe('changed');
        expect(await followUps.get(id)).toEqual(both);
        expect(await followUps.takeBack(both)).toBe('taken-back');
        const left = { ...both, version: both.version + 1, queued: null, requestedBy: 'github' };
        expect(await followUps.get(id)).toEqual(left);
        expect(await followUps.due(at(2), 10)).toEqual([left]);
      });
    });

    describe('that a user asks for', () => {
      const ask = (parts: Partial<Queued> = {}): Queued => ({
        by: UserId.parse('ann'),
        jobId: aJob(aRepositoryId()).job_id,
        fullReindex: false,
        smart: false,
        ...parts,
      });

      it('is found by the id of its job until it is taken back or begins, and by no other', async () => {
        const id = aRepositoryId();
        const [first, joining] = [ask(), ask()];
        expect(await followUps.queuedAs(first.jobId)).toBeNull();
        await followUps.request(of(id), ['main'], first, at(1));
        const both = await followUps.request(of(id), ['develop'], joining, at(2));
        expect(await followUps.queuedAs(first.jobId)).toEqual({ followUp: both, askedAt: at(1) });
        expect(await followUps.queuedAs(joining.jobId)).toBeNull();
        await followUps.takeBack(both);
        expect(await followUps.queuedAs(first.jobId)).toBeNull();
        const again = await followUps.request(of(id), ['main'], joining, at(3));
        expect(await followUps.queuedAs(joining.jobId)).toEqual({ followUp: again, askedAt: at(3) });
        expect(await followUps.queuedAs(first.jobId)).toBeNull();
      });

      it('is of one job, whoever joins, and does what any of them asked for', async () => {
        const id = aRepositoryId();
        const first = ask();
        expect(await followUps.request(of(id), ['main'], first, at(1))).toMatchObject({
          branches: ['main'],
          requestedBy: 'ann',
          trigger: 'api',
          queued: first,
        });
        const bob = UserId.parse('bob');
        await followUps.request(of(id), ['develop'], ask({ by: bob, fullReindex: true }), at(2));
        const last = await followUps.request(of(id), ['main'], ask({ smart: true }), at(3));
        expect(last).toMatchObject({
          version: 3,
          branches: ['develop', 'main'],
          queued: { by: 'ann', jobId: first.jobId, fullReindex: true, smart: true },
        });
        expect(await followUps.get(id)).toEqual(last);
      });

      it.each([
        ['after it', ['ask', 'push']],
        ['before it', ['push', 'ask']],
      ])('is a push’s where one comes %s: what is owed to a push stays owed', async (_, order) => {
        const id = aRepositoryId();
        const asked = ask();
        for (const what of order) await followUps.request(of(id), [what], what === 'ask' ? asked : 'github', at(1));
        expect(await followUps.get(id)).toMatchObject({
          branches: ['ask', 'push'],
          requestedBy: 'github',
          trigger: 'push',
          queued: asked,
        });
      });

      it('leaves nothing to the next one once it is settled', async () => {
        const id = aRepositoryId();
        await followUps.drop(await followUps.request(of(id), ['main'], ask({ fullReindex: true, smart: true }), at(1)));
        expect(await followUps.request(of(id), ['main'], 'schedule', at(2))).toMatchObject({
          trigger: 'schedule',
          queued: null,
        });
        const next = ask();
        expect(await followUps.request(of(id), ['main'], next, at(3))).toMatchObject({ queued: next });
      });

      it('takes the place of what an earlier repository of the same id has left', async () => {
        const id = aRepositoryId();
        await followUps.request(of(id), ['old'], ask({ fullReindex: true }), at(1));
        const later = '2026-01-02T00:00:00.000Z';
        const next = ask();
        expect(await followUps.request(of(id, later), ['main'], next, at(2))).toMatchObject({
          registered: later,
          branches: ['main'],
          queued: next,
        });
        expect(await followUps.request(of(id), ['main'], 'github', at(3))).toMatchObject({ queued: null });
      });
    });

    it('joins fifty requests at once, and loses none', async () => {
      const id = aRepositoryId();
      const branches = Array.from({ length: 50 }, (_, n) => `branch-${n}`);
      await Promise.all(branches.map((branch) => followUps.request(of(id), [branch], 'github', at(1))));
      const [due] = await followUps.due(at(1), 10);
      expect(due?.version).toBe(50);
      expect(new Set(due?.branches)).toEqual(new Set(branches));
    });

    it('owes a sync of no branch in particular', async () => {
      const id = aRepositoryId();
      await followUps.request(of(id), [], 'github', at(1));
      expect(await followUps.due(at(1), 10)).toMatchObject([{ repositoryId: id, branches: [] }]);
    });

    it('gives the oldest first, and no more than asked for', async () => {
      const ids = Array.from({ length: 12 }, () => aRepositoryId());
      for (const [second, id] of ids.entries()) await followUps.request(of(id), ['main'], 'github', at(second));
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
      await followUps.request(of(due.repositoryId), ['main'], 'github', at(3));
      expect(await followUps.due(at(3), 10)).toMatchObject([{ version: 2 }]);
    });

    it('keeps a newer request from a postponement and from a drop that have not seen it', async () => {
      const due = await owed();
      await followUps.request(of(due.repositoryId), ['develop'], 'github', at(2));
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
        await followUps.request(of(due.repositoryId), ['develop'], 'github', at(2));
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

      describe('by force', () => {
        const forced = async (replaced: Partial<JobRecord>, branches: string[], clearIndex = false) => {
          const repository = aRepository({ head_branch: 'main' });
          const id = repository.repository_id;
          await under.repositories.create(repository);
          const { options } = aJob(id);
          await under.claims.claim({ job: aJob(id, replaced), force: false, clearIndex: false });
          const job = aJob(id, { options: { ...options, branches }, created_at: at(7).toISOString() });
          expect((await under.claims.claim({ job, force: true, clearIndex })).kind).toBe('claimed');
          return followUps.get(id);
        };
        const push = (...branches: string[]): Partial<JobRecord> => ({
          trigger: 'push',
          requested_by: 'github',
          options: { ...aJob(aRepositoryId()).options, branches },
        });

        it('owes what the push that it replaces was for, and it does not read', async () => {
          const owes = await forced(push('develop', 'main'), ['current']);
          expect(owes).toMatchObject({ branches: ['develop'], requestedBy: 'github', registered: REGISTERED });
          expect(await followUps.due(at(7), 10)).toEqual([owes]);
        });

        it.each([
          ['it reads the same', push('main'), ['current'], false],
          ['it looks at the source, and no more was wanted', push(), ['main'], false],
          ['it clears the branch', push('develop'), ['main'], true],
          ['a user is replaced', {}, ['develop'], false],
        ])('owes nothing where %s', async (_, replaced, branches, clearIndex) => {
          expect(await forced(replaced, branches, clearIndex)).toBeNull();
        });
      });

      it('that settles one, and the end of its job, bring forward what was put off meanwhile', async () => {
        const due = await owed(await register());
        const outcome = await claim(due);
        if (outcome.kind !== 'claimed') throw new Error(outcome.kind);
        const later = await followUps.request(of(due.repositoryId), ['main'], 'github', at(3));
        await followUps.postpone(later, at(40));
        await under.ends.cancel(outcome.job.job_id, at(9));
        expect(await followUps.due(at(8), 10)).toEqual([]);
        expect(await followUps.due(at(9), 10)).toEqual([later]);
        await under.ends.cancel(outcome.job.job_id, at(4));
        expect(await followUps.due(at(8), 10)).toEqual([]);
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
