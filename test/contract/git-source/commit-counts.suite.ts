import { describe, expect, it } from 'vitest';
import { SourceUnavailableError } from '../../../core/domain/errors.ts';
import type { OverTransport } from './transport.ts';

/** How many commits are new. */
export const describeCommitCounts = (over: OverTransport): void => {
  const { countOf, create, createRewritten, sourceOf } = over;

  describe('countCommits', () => {
    it('counts none and one', async () => {
      const repository = await create({ a: 'a' });
      const first = await repository.head();
      const second = await repository.commit();

      expect(await countOf(repository, second, second)).toEqual({ count: 0, rewritten: false });
      expect(await countOf(repository, first, second)).toEqual({ count: 1, rewritten: false });
    });

    it('counts further than the first look goes', async () => {
      const repository = await create({ a: 'a' });
      const first = await repository.head();
      await repository.gitWithInput(history('refs/heads/main', first, 100), 'fast-import', '--quiet');

      expect(await countOf(repository, first, await repository.head('main'))).toEqual({ count: 100, rewritten: false });
    });

    it('counts a merged side branch that began long ago as git itself does', async () => {
      const repository = await create({ a: 'a' });
      const root = await repository.head();
      await repository.gitWithInput(history('refs/heads/main', root, 90), 'fast-import', '--quiet');
      await repository.gitWithInput(history('refs/heads/side', root, 3, 'g'), 'fast-import', '--quiet');
      const old = await repository.head('main');
      await repository.git('checkout', '--quiet', '--force', 'main');
      const merged = await repository.merge('side');

      expect(await repository.git('rev-list', '--count', `${old}..${merged}`)).toBe('4');
      expect(await countOf(repository, old, merged)).toEqual({ count: 4, rewritten: false });
    });

    it('tells a rewritten branch', async () => {
      const { repository, old } = await createRewritten();
      const to = await repository.commit();

      expect(await countOf(repository, old, to)).toEqual({ count: over.anyObject ? 2 : null, rewritten: true });
    });

    it('has no number when the old commit is gone', async () => {
      const repository = await create({ a: 'a' });

      expect(await countOf(repository, 'e'.repeat(40), await repository.head())).toEqual({
        count: null,
        rewritten: true,
      });
      expect(await countOf(repository, 'e'.repeat(64), await repository.head())).toEqual({
        count: null,
        rewritten: true,
      });
    });

    it('asks to try again when the new commit is gone', async () => {
      const repository = await create({ a: 'a' });
      const commit = await repository.head();
      const snapshot = await over.git.open(sourceOf(repository), [{ branch: 'main', commit }]);

      await expect(snapshot.countCommits(commit, 'd'.repeat(40))).rejects.toThrow(SourceUnavailableError);
      await snapshot.close();
    });

    it('has no number when the source itself is a shallow clone that does not go as far', async () => {
      const repository = await create({ a: 'a' });
      const first = await repository.head();
      await repository.gitWithInput(history('refs/heads/main', first, 40), 'fast-import', '--quiet');
      const shallow = await create();
      await shallow.git(
        'fetch',
        '--quiet',
        '--depth=20',
        `file://${repository.path}`,
        'main:refs/heads/main',
        '--update-head-ok',
      );

      const to = await shallow.head('main');

      expect(await countOf(shallow, first, to)).toEqual({ count: null, rewritten: true });
      expect(await countOf(shallow, await shallow.head('main~5'), to)).toEqual({ count: 5, rewritten: false });
    });
  });
};

/** Many commits in one process, ten seconds apart, on top of a commit. */
const history = (ref: string, parent: string, commits: number, file = 'f'): string => {
  let stream = '';
  for (let n = 1; n <= commits; n++) {
    const when = `Ada <ada@example.com> ${1_700_004_000 + n * 10} +0000`;
    stream += `commit ${ref}\ncommitter ${when}\ndata 0\n${n === 1 ? `from ${parent}\n` : ''}M 644 inline ${file}\ndata ${String(n).length}\n${n}\n`;
  }
  return stream;
};
