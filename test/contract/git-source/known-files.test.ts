import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathToBytes } from '../../../core/manifest/git-path.ts';
import type { TreeEntry } from '../../../core/manifest/manifest.ts';
import type { KnownFiles } from '../../../core/ports/git-source.ts';
import { createGitRepository } from '../../support/git-repository.ts';
import { commitHistory, edits } from '../../support/random-history.ts';
import { bothWays, commitFiles, type Knowing } from './server-changes.ts';
import { useSourceLab } from './source-lab.ts';

const lab = useSourceLab();

/** Files of which so many below a directory are told, and all by their paths. */
const known = (entries: readonly TreeEntry[], most = Number.POSITIVE_INFINITY): KnownFiles => {
  const bytes = (path: string): string => Buffer.from(pathToBytes(path)).toString('latin1');
  return {
    async below(directory) {
      const found = entries.filter(({ path }) => bytes(path).startsWith(bytes(directory)));
      return found.length > most ? null : found;
    },
    at: async (paths) => paths.map((path) => entries.find((entry) => entry.path === path) ?? null),
  };
};

describe('what changed at a server', () => {
  it('is the same for someone who knows the old files, in part, or other ones in their place', {
    timeout: 240_000,
  }, async () => {
    const knowing = fc.constantFrom<readonly [string, Knowing]>(
      ['all', (before) => known(before)],
      ['few at once', (before) => known(before, 3)],
      ['by their paths', (before) => known(before, 0)],
      ['some', (before) => known(before.filter((_, at) => at % 3 > 0))],
      ['others', (_, after) => known(after)],
      ['others, by their paths', (_, after) => known(after, 1)],
      ['none', () => known([])],
      ['no answer', () => ({ below: async () => null, at: async () => null })],
    );
    await fc.assert(
      fc.asyncProperty(edits, fc.nat(), fc.nat(), knowing, async (history, one, other, [, of]) => {
        const repository = await createGitRepository();
        try {
          const { url } = await lab.serve({}, repository);
          const commits = await commitHistory(repository, history);
          const [from, to] = [commits[one % commits.length] as string, commits[other % commits.length] as string];
          const [told, expected] = await bothWays(lab, repository, url, from, to, of);
          expect(told).toEqual(expected);
        } finally {
          await repository.cleanup();
        }
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  it.each([
    // The greeting, the branches, what is new, and the old commit.
    ['all of them', (before) => known(before), 4],
    ['those of small directories, others by their paths', (before) => known(before, 60), 4],
    ['each by its path', (before) => known(before, 0), 4],
    // And the root, one level, and all below.
    ['other ones', (_, after) => known(after), 7],
    ['not all of them', (before) => known(before.filter(({ path }) => !path.endsWith('0.ts'))), 7],
  ] as const satisfies readonly (readonly [string, Knowing, number])[])(
    'is told without a question for old trees where their files are known: %s',
    async (_name, knowing, requests) => {
      const repository = await createGitRepository();
      try {
        const server = await lab.serve({}, repository);
        const [from = '', to = ''] = await commitFiles(repository, 1_000);
        const [told, expected] = await bothWays(lab, repository, server.url, from, to, knowing);
        expect(told).toEqual(expected);
        expect(server.requests).toHaveLength(requests);
      } finally {
        await repository.cleanup();
      }
    },
  );

  it.each([
    ['of a small directory is noticed', 1_000, 4],
    ['of a large directory is overlooked, so its tree is asked for, and what is above it', 0, 7],
  ] as const)('a file that is gone %s', async (_name, most, requests) => {
    const repository = await createGitRepository({ 'a/b/c/gone': '1', 'a/b/c/kept': '2', 'a/b/d/other': '3', e: '4' });
    try {
      const server = await lab.serve({}, repository);
      const from = await repository.head();
      await repository.remove('a/b/c/gone');
      const to = await repository.commit();
      const [told, expected] = await bothWays(lab, repository, server.url, from, to, (before) => known(before, most));
      expect(told.changes).toEqual([{ path: 'a/b/c/gone', entry: null }]);
      expect(told).toEqual(expected);
      expect(server.requests).toHaveLength(requests);
    } finally {
      await repository.cleanup();
    }
  });

  it('is told of files that are known in a repository of SHA-256, too, and by names that are no text', async () => {
    const repository = await createGitRepository({}, { objectFormat: 'sha256' });
    try {
      const write = (path: string, content: number) => ({ kind: 'write', path, mode: '100755', content }) as const;
      const [from = '', to = ''] = await commitHistory(repository, [
        [write('gr\xf6\xdfe/"q/a.b', 1), write('gr\xf6\xdfe/"q/a/b', 1)],
        [write('gr\xf6\xdfe/"q/a/b', 2)],
      ]);
      for (const most of [0, 100]) {
        const server = await lab.serve({}, repository);
        const [told, expected] = await bothWays(lab, repository, server.url, from, to, (before) => known(before, most));
        expect(told.changes).toHaveLength(1);
        expect(told).toEqual(expected);
        expect(server.requests).toHaveLength(4);
      }
    } finally {
      await repository.cleanup();
    }
  });
});
