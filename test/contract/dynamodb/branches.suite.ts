import { describe, expect, it } from 'vitest';
import type { Sighting } from '../../../core/contract/records.ts';
import type { Branches } from '../../../core/ports/branches.ts';
import { refOf } from '../../../core/sync/execution.ts';
import { aJob, aPointer, aPublication, aRepositoryId } from '../../support/sync-records.ts';
import { at, type JobPorts, setUpJobs } from './job-set-up.ts';

export interface BranchPorts extends JobPorts {
  readonly branches: Branches;
  /** As an earlier version has stored it: without its sightings. */
  forgetSightings(id: string): Promise<void>;
}

const gone = (second: number): Sighting => ({
  commit: null,
  seen_at: at(second).toISOString(),
  deleted_at: at(second).toISOString(),
});

const odd = ['feature/login', 'release/1.x', 'constructor', '__proto__', 'a%2Fb', 'é#?&+', "o'brien"];

/** What every Branches does. `make` gives ports over new, empty state. */
export const branchesContract = (name: string, make: () => Promise<BranchPorts>): void => {
  describe(`${name} as Branches`, () => {
    let made: BranchPorts;
    const { under, register, repositoryOf, claim, begun } = setUpJobs(async () => {
      made = await make();
      return made;
    });

    it('sights a branch that is indexed, whatever else was seen before', async () => {
      const repository = await register({ branches: { main: aPointer(), 'a.b/c': aPointer() } });
      const { repository_id } = repository;
      expect(await made.branches.sight(repository_id, 'a.b/c', gone(1))).toBe('changed');
      expect(await made.branches.sight(repository_id, 'main', gone(2))).toBe('changed');
      expect(await made.branches.sight(repository_id, 'a.b/c', gone(3))).toBe('changed');
      expect(await repositoryOf(repository)).toEqual({ ...repository, sightings: { main: gone(2), 'a.b/c': gone(3) } });
    });

    it('sights a branch of a repository that was stored before there were sightings', async () => {
      const repository = await register({ branches: { main: aPointer() } });
      await made.forgetSightings(repository.repository_id);
      expect((await repositoryOf(repository)).sightings).toEqual({});
      expect(await made.branches.sight(repository.repository_id, 'main', gone(1))).toBe('changed');
      expect((await repositoryOf(repository)).sightings).toEqual({ main: gone(1) });
    });

    it('sights nothing that has no index, and no repository that is gone', async () => {
      const repository = await register();
      expect(await made.branches.sight(repository.repository_id, 'main', gone(1))).toBe('absent');
      expect(await repositoryOf(repository)).toEqual(repository);
      expect(await made.branches.sight(aRepositoryId(), 'main', gone(1))).toBe('absent');
    });

    it('drops a branch and keeps what its blobs are found by', async () => {
      const repository = await register({
        branches: { main: aPointer(), topic: aPointer({ generation: 2, manifest_key: 'm2' }) },
        sightings: { main: gone(1), topic: gone(1) },
        leftovers: [{ kind: 'objects', prefix: 'x/' }],
        fence: 4,
      });
      expect(await made.branches.drop(repository.repository_id, 'topic', at(5))).toEqual({ kind: 'dropped' });
      expect(await repositoryOf(repository)).toEqual({
        ...repository,
        branches: { main: aPointer() },
        sightings: { main: gone(1) },
        leftovers: [
          { kind: 'objects', prefix: 'x/' },
          { kind: 'manifest', generation: 2, key: 'm2' },
        ],
        fence: 5,
        updated_at: at(5).toISOString(),
      });
      expect(await made.branches.drop(repository.repository_id, 'topic', at(6))).toEqual({ kind: 'not-indexed' });
      expect(await made.branches.drop(aRepositoryId(), 'topic', at(6))).toEqual({ kind: 'absent' });
    });

    it.each(odd)('drops a branch of any name, and no other: %s', async (branch) => {
      const branches = Object.fromEntries([...odd, 'main'].map((each) => [each, aPointer({ manifest_key: each })]));
      const repository = await register({ branches });
      expect(await made.branches.drop(repository.repository_id, branch, at(5))).toEqual({ kind: 'dropped' });
      const left = Object.keys((await repositoryOf(repository)).branches);
      expect(left.sort()).toEqual([...odd, 'main'].filter((each) => each !== branch).sort());
    });

    it('drops nothing while a job owns the repository, and names that job', async () => {
      const ref = await begun({ branches: { main: aPointer() } });
      const before = await repositoryOf(ref);
      expect(await made.branches.drop(ref.repository_id, 'main', at(5))).toEqual({ kind: 'held', by: ref.job_id });
      expect(await repositoryOf(ref)).toEqual(before);
    });

    it('drops a branch once, however many ask, and every claim beside it knows of the drop', async () => {
      const repository = await register({ branches: { main: aPointer(), topic: aPointer({ manifest_key: 'm2' }) } });
      const { repository_id } = repository;
      const [claimed, ...drops] = await Promise.all([
        // Planned on the state before the drops.
        claim(repository),
        ...Array.from({ length: 4 }, () => made.branches.drop(repository_id, 'topic', at(5))),
      ]);
      const kinds = drops.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'dropped').length).toBeLessThanOrEqual(1);
      const ref = refOf(claimed);
      await under.running.begin(ref, at(6));
      const held = await repositoryOf(ref);
      expect(Object.hasOwn(held.branches, 'topic')).toBe(!kinds.includes('dropped'));
      expect(held.leftovers).toEqual(kinds.includes('dropped') ? [{ kind: 'manifest', generation: 1, key: 'm2' }] : []);
      expect(await under.ends.publish(ref, aPublication({ branches: {} }))).toBe('kept');
    });

    it('a claim that clears the index keeps what a drop has left just before', async () => {
      const repository = await register({ branches: { main: aPointer(), topic: aPointer({ manifest_key: 'm2' }) } });
      await made.branches.drop(repository.repository_id, 'topic', at(5));
      const outcome = await under.claims.claim({
        job: aJob(repository.repository_id),
        seen: repository,
        force: true,
        clearIndex: true,
      });
      expect(outcome.kind).toBe('claimed');
      expect((await repositoryOf(repository)).leftovers).toEqual([
        { kind: 'manifest', generation: 1, key: 'm2' },
        { kind: 'objects', prefix: aPointer().manifest_key },
        { kind: 'generation', generation: 1 },
      ]);
    });
  });
};
