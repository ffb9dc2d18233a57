import { describe, expect, it } from 'vitest';
import { ann, hit, id, indexed, line, query, setUp } from '../../support/search-setup.ts';

describe('the terms of a query, in a search', () => {
  const texts = ['the exact phrase', 'a phrase, not exact', 'THE EXACT PHRASE with mockServer', 'nothing'];
  const rows = texts.map((text, n) => ({ ...hit(n), text }));
  const manifest = [line('Dockerfile', 3), line('app/[id]/src/a.ts', 0), line('lib/test/c.go', 2), line('src/b.py', 1)];
  const asked = async (q: string, more: object = {}) => {
    const { find, queries } = setUp({ repositories: [indexed('m')], manifests: { m: manifest }, rows });
    const outcome = await find(id, ann, query({ q, limit: 9, ...more }));
    if (outcome.kind !== 'found') return { outcome, paths: [], queries, match: [] };
    const { results, warnings } = outcome.answer;
    return {
      paths: results.map(({ path }) => path).sort(),
      match: results.map(({ match }) => match),
      warnings,
      queries,
    };
  };

  it.each([
    ['"the exact phrase"', ['app/[id]/src/a.ts', 'lib/test/c.go']],
    ['"the exact phrase" -mockServer', ['app/[id]/src/a.ts']],
    ['phrase -"not exact" -exact', ['Dockerfile']],
    ['phrase -test', ['Dockerfile', 'app/[id]/src/a.ts', 'src/b.py']],
    ['phrase path:src/', ['app/[id]/src/a.ts', 'src/b.py']],
    ['phrase path:/SRC', ['src/b.py']],
    ['phrase path:src/*.ts', ['app/[id]/src/a.ts']],
    ['phrase path:app/[id]/*/?.ts', ['app/[id]/src/a.ts']],
    ['phrase path:src path:b', ['src/b.py']],
    ['phrase -path:src', ['Dockerfile', 'lib/test/c.go']],
    ['phrase lang:ts lang:golang', ['app/[id]/src/a.ts', 'lib/test/c.go']],
    ['phrase -lang:ts -language:dockerfile', ['lib/test/c.go', 'src/b.py']],
    ['phrase repo:shop', ['Dockerfile', 'app/[id]/src/a.ts', 'lib/test/c.go', 'src/b.py']],
    ['phrase repo:team-* repo:sh*', ['Dockerfile', 'app/[id]/src/a.ts', 'lib/test/c.go', 'src/b.py']],
    ['phrase branch:main', ['Dockerfile', 'app/[id]/src/a.ts', 'lib/test/c.go', 'src/b.py']],
    ['path:lib/test', ['lib/test/c.go']],
  ])('%s', async (q, paths) => expect((await asked(q)).paths).toEqual(paths));

  it('meet what the parameters say', async () => {
    expect((await asked('phrase lang:ts', { path: 'src/' })).paths).toEqual(['app/[id]/src/a.ts']);
    expect((await asked('phrase path:src', { language: 'py' })).paths).toEqual(['src/b.py']);
    expect((await asked('phrase lang:ts', { language: 'python' })).paths).toEqual([]);
  });

  it('are not among the words that the index is asked for, nor embedded', async () => {
    expect((await asked('phrase lang:ts -mock "x y" path:src')).queries.map(({ words }) => words)).toEqual([
      'phrase x y',
    ]);
  });

  it('that only leave out do not gather what is left', async () => {
    expect((await asked('phrase -path:src')).queries.map(({ blobs }) => blobs)).toEqual([undefined]);
    expect((await asked('phrase path:src')).queries.map(({ blobs }) => blobs?.length)).toEqual([2]);
  });

  it('make a hit by a phrase one that has what was asked for, also where a phrase has no word', async () => {
    const { find } = setUp({
      repositories: [indexed('m')],
      manifests: { m: manifest },
      rows: [{ ...hit(1), text: 'a => b' }],
    });
    const outcome = await find(id, ann, query({ q: '"=> "' }));
    expect(outcome).toMatchObject({ answer: { results: [{ path: 'src/b.py', match: 'words' }] } });
  });

  it('that name another branch than the parameter, or two of them, are refused with both names', async () => {
    const { outcome } = await asked('phrase branch:dev', { branch: 'main' });
    expect(outcome).toMatchObject({
      kind: 'invalid',
      errors: [{ field: 'query.branch', message: expect.stringMatching(/main.*dev/) }],
    });
    const two = await asked('phrase branch:dev branch:next');
    expect(two.outcome).toMatchObject({ errors: [{ field: 'query.q', message: expect.stringMatching(/dev.*next/) }] });
    expect((await asked('phrase branch:dev')).outcome).toMatchObject({
      kind: 'not-indexed',
      branch: 'dev',
      asked: true,
    });
    expect((await asked('phrase branch:main', { branch: 'main' })).paths).toHaveLength(4);
  });

  it('that leave out the repository find nothing in it, and say why', async () => {
    for (const q of ['phrase repo:team-*', 'phrase -repo:shop']) {
      const { paths, warnings, queries } = await asked(q);
      expect([paths, queries]).toEqual([[], []]);
      expect(warnings).toEqual([expect.stringContaining('shop')]);
    }
  });

  it('are told of when they are not what they look like', async () => {
    expect((await asked('phrase lang:klingon')).warnings).toEqual([expect.stringContaining('klingon')]);
    expect((await asked('phrase', { language: 'klingon' })).warnings).toEqual([
      expect.stringMatching(/^no language is called klingon, so no file is of it.*typescript/),
    ]);
    expect((await asked('phrase', { language: 'TS' })).warnings).toEqual([]);
    expect((await asked('std::vector')).warnings).toEqual([]);
  });
});
