import { beforeEach, describe, expect, it } from 'vitest';
import type { RepositoryId } from '../../../core/contract/ids.ts';
import type { RepositoryRecord } from '../../../core/contract/records.ts';
import type { JobEnds } from '../../../core/ports/job-ends.ts';
import type { RepositoryStore } from '../../../core/ports/repository-store.ts';
import type { SyncClaims } from '../../../core/ports/sync-claims.ts';
import { aJob, aPointer, aRepository, aRepositoryId, aUser } from '../../support/sync-records.ts';

export interface RepositoryStoreUnderTest {
  readonly repositories: RepositoryStore;
  /** Over the same state: a lock is made by a claim, and goes with an end. */
  readonly claims: SyncClaims;
  readonly ends: JobEnds;
}

/** What every RepositoryStore does. `make` gives stores over new, empty state. */
export const repositoryStoreContract = (name: string, make: () => Promise<RepositoryStoreUnderTest>): void => {
  describe(`${name} as a RepositoryStore`, () => {
    let repositories: RepositoryStore;
    let claims: SyncClaims;
    let ends: JobEnds;
    beforeEach(async () => {
      ({ repositories, claims, ends } = await make());
    });

    const create = async (parts: Partial<RepositoryRecord> = {}): Promise<RepositoryRecord> => {
      const repository = aRepository(parts);
      expect(await repositories.create(repository)).toBe('created');
      return repository;
    };
    const idsOf = async (user: string, limit = 100, cursor: string | null = null): Promise<RepositoryId[]> =>
      (await repositories.list(aUser(user), limit, cursor)).items.map((repository) => repository.repository_id);

    it('gives back every field of what was created', async () => {
      const repository = await create({
        source: { url: 'https://example.com/p.git', credential: 'secret-ref' },
        grants: { bob: 'read', 'auth0|carol@example.com': 'owner' },
        schedule: 'rate(1 hour)',
        default_branch: 'release/1.x',
        generations: { 1: { embedder_id: 'hash-512', dimensions: 512, chunker_version: 'c1' } },
        branches: { 'feature/a.b-c': aPointer() },
        leftovers: [{ kind: 'objects', prefix: 'x/' }],
      });
      expect(await repositories.get(repository.repository_id)).toEqual(repository);
    });

    it('knows no repository that was not created', async () => {
      expect(await repositories.get(aRepositoryId())).toBeNull();
    });

    it('answers taken for an id that exists, and changes nothing', async () => {
      const first = await create();
      expect(await repositories.create({ ...first, owner: aUser('mallory') })).toBe('taken');
      expect(await repositories.get(first.repository_id)).toEqual(first);
      expect(await idsOf('mallory')).toEqual([]);
    });

    describe('the number of repositories that a user owns', () => {
      const owned = (owner = 'ann', atMost = 3) => repositories.create(aRepository({ owner: aUser(owner) }), atMost);

      it('is kept to, however many are created at once', async () => {
        const outcomes = await Promise.all(Array.from({ length: 8 }, () => owned()));
        expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(3);
        expect(outcomes.filter((outcome) => outcome === 'too-many')).toHaveLength(5);
        expect(await idsOf('ann')).toHaveLength(3);
      });

      it('is a user’s own, and counts what they own, not what they have a grant on', async () => {
        for (let count = 0; count < 3; count += 1) expect(await owned()).toBe('created');
        expect(await owned('bob')).toBe('created');
        const granted = aRepository({ owner: aUser('bob'), grants: { carol: 'owner' } });
        expect(await repositories.create(granted, 3)).toBe('created');
        for (let count = 0; count < 3; count += 1) expect(await owned('carol')).toBe('created');
        expect(await owned()).toBe('too-many');
      });

      it('goes down with each one that is removed, once', async () => {
        const first = aRepository({ owner: aUser('ann') });
        expect(await repositories.create(first, 1)).toBe('created');
        expect(await owned('ann', 1)).toBe('too-many');
        const outcomes = await Promise.all([1, 2, 3].map(() => repositories.delete(first.repository_id)));
        expect(outcomes.filter((outcome) => outcome === 'deleted')).toHaveLength(1);
        expect(await owned('ann', 1)).toBe('created');
        expect(await owned('ann', 1)).toBe('too-many');
      });

      it('counts nothing for an id that is taken, and says so first', async () => {
        const first = aRepository({ owner: aUser('ann') });
        expect(await repositories.create(first, 1)).toBe('created');
        expect(await repositories.create(first, 1)).toBe('taken');
        expect(await repositories.create({ ...first, owner: aUser('bob') }, 1)).toBe('taken');
        expect(await owned('bob', 1)).toBe('created');
      });

      it('may be none', async () => {
        expect(await owned('ann', 0)).toBe('too-many');
        expect(await idsOf('ann')).toEqual([]);
      });
    });

    it('lets one of many parallel creates of an id win', async () => {
      const id = aRepositoryId();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          repositories.create(aRepository({ repository_id: id, owner: aUser(`user-${i}`) })),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      const winner = (await repositories.get(id))?.owner;
      expect(winner).toBe(`user-${outcomes.indexOf('created')}`);
    });

    it('lists what a user owns or has a grant on, by id, and nothing else', async () => {
      await create({ repository_id: 'zeta' as RepositoryId });
      await create({ repository_id: 'alpha' as RepositoryId });
      await create({ repository_id: 'mine' as RepositoryId, owner: aUser('bob') });
      await repositories.grant('zeta' as RepositoryId, aUser('bob'), 'read');
      expect(await idsOf('bob')).toEqual(['mine', 'zeta']);
      expect(await idsOf('alice')).toEqual(['alpha', 'zeta']);
      expect(await idsOf('nobody')).toEqual([]);
    });

    it('lists page by page, each repository once', async () => {
      for (const letter of ['e', 'c', 'a', 'd', 'b']) await create({ repository_id: `repo-${letter}` as RepositoryId });
      const pages: string[][] = [];
      let cursor: string | null = null;
      do {
        const page = await repositories.list(aUser('alice'), 2, cursor);
        pages.push(page.items.map((repository) => repository.repository_id));
        cursor = page.next;
      } while (cursor !== null && pages.length < 10);
      expect(pages).toEqual([['repo-a', 'repo-b'], ['repo-c', 'repo-d'], ['repo-e']]);
    });

    it('has no next page after one that is just full', async () => {
      await create();
      await create();
      expect((await repositories.list(aUser('alice'), 2, null)).next).toBeNull();
    });

    it.each([
      ['no base64', '???'],
      ['no JSON', Buffer.from('x').toString('base64url')],
      ['another listing', Buffer.from('["jobs","a","b"]').toString('base64url')],
      ['too short', Buffer.from('["repositories","alice"]').toString('base64url')],
      ['no repository id', Buffer.from('["repositories","alice","A b"]').toString('base64url')],
      ['another user', Buffer.from('["repositories","bob","repo-a"]').toString('base64url')],
    ])('throws RangeError for a cursor that is not ours: %s', async (_, cursor) => {
      await expect(repositories.list(aUser('alice'), 2, cursor)).rejects.toThrow(RangeError);
    });

    it('sets, changes and removes a grant', async () => {
      const { repository_id: id } = await create();
      const bob = aUser('bob.b@example.com|x');
      expect(await repositories.grant(id, bob, 'read')).toBe('changed');
      expect(await repositories.grant(id, bob, 'write')).toBe('changed');
      expect((await repositories.get(id))?.grants).toEqual({ [bob]: 'write' });
      expect(await idsOf(bob)).toEqual([id]);
      expect(await repositories.grant(id, bob, null)).toBe('changed');
      expect((await repositories.get(id))?.grants).toEqual({});
      expect(await idsOf(bob)).toEqual([]);
    });

    it('keeps names that every object has as any other: of users, of branches', async () => {
      const users = ['__proto__', 'constructor', 'toString'].map(aUser);
      const pointer = aPointer();
      const branches = Object.fromEntries(users.map((name) => [name, pointer]));
      const { repository_id: id } = await create({ branches });
      for (const user of users) expect(await repositories.grant(id, user, 'read')).toBe('changed');
      const found = await repositories.get(id);
      expect(Object.entries(found?.grants ?? {})).toEqual(expect.arrayContaining(users.map((name) => [name, 'read'])));
      expect(Object.entries(found?.branches ?? {})).toEqual(
        expect.arrayContaining(users.map((name) => [name, pointer])),
      );
      expect(await repositories.grant(id, aUser('__proto__'), null)).toBe('changed');
      expect(Object.keys((await repositories.get(id))?.grants ?? {}).sort()).toEqual(['constructor', 'toString']);
      expect(await repositories.delete(id)).toBe('deleted');
      for (const user of users) expect(await idsOf(user)).toEqual([]);
    });

    it('takes a grant away that was never given', async () => {
      const { repository_id: id } = await create();
      expect(await repositories.grant(id, aUser('bob'), null)).toBe('changed');
    });

    it('leaves the owner their repository when a grant of theirs is taken away', async () => {
      const { repository_id: id, owner } = await create();
      await repositories.grant(id, owner, 'read');
      expect(await repositories.grant(id, owner, null)).toBe('changed');
      expect((await repositories.get(id))?.grants).toEqual({});
      expect(await idsOf(owner)).toEqual([id]);
    });

    it.each([['read' as const], [null]])(
      'answers absent for a grant (%s) on nothing, and leaves no trace',
      async (role) => {
        expect(await repositories.grant(aRepositoryId(), aUser('bob'), role)).toBe('absent');
        expect(await idsOf('bob')).toEqual([]);
      },
    );

    it('keeps every one of many parallel grants', async () => {
      const { repository_id: id } = await create();
      const users = Array.from({ length: 20 }, (_, i) => aUser(`user-${i}`));
      await Promise.all(users.map((user) => repositories.grant(id, user, 'read')));
      expect(Object.keys((await repositories.get(id))?.grants ?? {}).sort()).toEqual([...users].sort());
    });

    it('deletes a repository from everybody’s list', async () => {
      const { repository_id: id } = await create({ grants: { bob: 'read' } });
      expect(await repositories.delete(id)).toBe('deleted');
      expect(await repositories.get(id)).toBeNull();
      expect(await idsOf('alice')).toEqual([]);
      expect(await idsOf('bob')).toEqual([]);
      expect(await repositories.delete(id)).toBe('absent');
    });

    it('deletes a repository with more grants than one transaction holds', async () => {
      const { repository_id: id } = await create();
      const users = Array.from({ length: 120 }, (_, i) => aUser(`user-${i}`));
      for (const user of users) await repositories.grant(id, user, 'read');
      expect(await repositories.delete(id)).toBe('deleted');
      await create({ repository_id: id, owner: aUser('carol') });
      for (const user of users.slice(90)) expect(await idsOf(user)).toEqual([]);
    });

    it('loses no grant to a delete at the same time: it stands, or the repository is gone', async () => {
      for (let round = 0; round < 5; round++) {
        const { repository_id: id } = await create();
        const [deleted] = await Promise.all([
          repositories.delete(id),
          ...['u1', 'u2', 'u3', 'u4'].map((user) => repositories.grant(id, aUser(user), 'read')),
        ]);
        expect(deleted).toBe('deleted');
        expect(await repositories.get(id)).toBeNull();
      }
      for (const user of ['u1', 'u2', 'u3', 'u4']) expect(await idsOf(user)).toEqual([]);
    });

    describe('update', () => {
      const at = new Date('2026-03-04T05:06:07.000Z');
      const updated_at = at.toISOString();

      it('changes what it names, and nothing else', async () => {
        const repository = await create({ source: { url: 'https://example.com/p.git', credential: 'ref' } });
        const change = {
          default_branch: 'release/1.x',
          ignore_patterns: ['*.min.js'],
          schedule: '0 3 * * *',
          disabled_webhooks: ['https://hooks.example/gone'],
        };
        const expected = { ...repository, ...change, schedule_set_at: updated_at, updated_at };
        expect(await repositories.update(repository.repository_id, change, at)).toEqual(expected);
        expect(await repositories.get(repository.repository_id)).toEqual(expected);
        expect(await repositories.update(repository.repository_id, {}, at)).toEqual(expected);
      });

      it('takes back what null takes back', async () => {
        const repository = await create({ default_branch: 'main', schedule: '0 3 * * *' });
        const change = { default_branch: null, schedule: null };
        expect(await repositories.update(repository.repository_id, change, at)).toEqual({
          ...repository,
          ...change,
          schedule_set_at: updated_at,
          updated_at,
        });
      });

      it('sets, changes and removes the credential beside the source’s address', async () => {
        const repository = await create();
        const { url } = repository.source;
        const sourceAfter = async (credential: string | null | undefined) =>
          (await repositories.update(repository.repository_id, { credential }, at))?.source;
        expect(await sourceAfter('one')).toEqual({ url, credential: 'one' });
        expect(await sourceAfter('two')).toEqual({ url, credential: 'two' });
        expect(await sourceAfter(undefined)).toEqual({ url, credential: 'two' });
        expect(await sourceAfter(null)).toEqual({ url });
        expect(await sourceAfter(null)).toEqual({ url });
      });

      it('changes one secret and leaves the other', async () => {
        const { repository_id: id, secrets } = await create();
        const first = await repositories.update(id, { secrets: { webhook: 'whsec_bmV3' } }, at);
        expect(first?.secrets).toEqual({ ...secrets, webhook: 'whsec_bmV3' });
        const second = await repositories.update(id, { secrets: { push: 'whsec_cHVzaA==' } }, at);
        expect(second?.secrets).toEqual({ webhook: 'whsec_bmV3', push: 'whsec_cHVzaA==' });
      });

      it('is null for a repository that is not there, and makes none', async () => {
        const id = aRepositoryId();
        expect(await repositories.update(id, { schedule: null }, at)).toBeNull();
        expect(await repositories.get(id)).toBeNull();
      });

      it('loses none of several changes at once, nor a claim beside them', async () => {
        const { repository_id: id } = await create();
        const [outcome] = await Promise.all([
          claims.claim({ job: aJob(id), force: false, clearIndex: false }),
          repositories.update(id, { schedule: '0 3 * * *' }, at),
          repositories.update(id, { credential: 'ref' }, at),
          repositories.update(id, { secrets: { push: 'whsec_cHVzaA==' } }, at),
          repositories.update(id, { ignore_patterns: ['a'] }, at),
        ]);
        expect(outcome.kind).toBe('claimed');
        expect(await repositories.get(id)).toMatchObject({
          schedule: '0 3 * * *',
          source: { credential: 'ref' },
          secrets: { push: 'whsec_cHVzaA==' },
          ignore_patterns: ['a'],
          lock: { fence: 1 },
        });
      });
    });

    it('does not delete a repository while a job holds its lock', async () => {
      const repository = await create();
      const id = repository.repository_id;
      const job = aJob(id);
      await claims.claim({ job, force: false, clearIndex: false });
      expect(await repositories.delete(id)).toBe('busy');
      expect(await repositories.get(id)).toEqual({ ...repository, fence: 1, lock: { job_id: job.job_id, fence: 1 } });
      expect(await idsOf('alice')).toEqual([id]);
      await ends.cancel(job.job_id, new Date());
      expect(await repositories.delete(id)).toBe('deleted');
    });
  });
};
