import { describe, expect, it } from 'vitest';
import { type AskedIndex, askedBranches, followedBranch, noneThere } from '../../../core/sync/rules/asked-branches.ts';

const commit = 'a'.repeat(40);
const heads = (defaultBranch: string | null, ...names: string[]) => ({
  defaultBranch,
  branches: new Map(names.map((name) => [name, commit])),
});
const index = (parts: Partial<AskedIndex> = {}): AskedIndex => ({
  repository_id: 'r',
  default_branch: null,
  branches: { master: {} },
  ...parts,
});
const following = index({ head_branch: 'master' });
const namesOf = (asked: ReturnType<typeof askedBranches>) => asked.branches.map(({ name }) => name);

describe('what `current` means', () => {
  it.each([
    ['what HEAD names, at first', index(), heads('main', 'main'), true, ['main', null]],
    ['what HEAD names still', following, heads('master', 'master'), true, ['master', null]],
    ['what HEAD names now', following, heads('trunk', 'master', 'trunk'), true, ['trunk', 'master']],
    ['the last one, without a pull', following, heads('trunk', 'master', 'trunk'), false, ['master', null]],
    [
      'what HEAD names, without a pull but also without an index',
      index({ head_branch: 'x' }),
      heads('y', 'y'),
      false,
      ['y', 'x'],
    ],
    ['the last one, when HEAD is detached', following, heads(null, 'master', 'trunk'), true, ['master', null]],
    ['nothing, when HEAD is detached and the last one is gone', following, heads(null, 'trunk'), true, null],
    ['nothing, when HEAD has always been detached', index(), heads(null, 'trunk'), true, null],
    [
      'what the user has named',
      index({ default_branch: 'dev', head_branch: 'master' }),
      heads('trunk', 'trunk'),
      true,
      ['dev', null],
    ],
    [
      'what the user has named, in an empty source too',
      index({ default_branch: 'dev' }),
      heads(null),
      true,
      ['dev', null],
    ],
    [
      'a branch with the name of a member of every object',
      index({ head_branch: 'constructor' }),
      heads('x', 'x'),
      false,
      ['x', 'constructor'],
    ],
  ] as const)('is %s', (_, repository, source, pulls, expected) => {
    const { current } = askedBranches(repository, ['other'], source, pulls);
    if (expected === null) expect(current).toBeNull();
    else expect(current).toEqual({ branch: expected[0], moved_from: expected[1], head: source.defaultBranch });
  });
});

describe('the branches asked for', () => {
  it('are each named once, `current` first and by its name', () => {
    const asked = askedBranches(following, ['dev', 'trunk', 'current', 'dev'], heads('trunk', 'trunk'), true);
    expect(namesOf(asked)).toEqual(['trunk', 'dev']);
  });

  it('are none in an empty source, unless they are named', () => {
    const fresh = index({ branches: {} });
    expect(namesOf(askedBranches(fresh, ['current'], heads(null), true))).toEqual([]);
    expect(namesOf(askedBranches(fresh, ['current', 'dev'], heads(null), true))).toEqual(['current', 'dev']);
  });

  it('are still those of a source that shows none any more: it may not be the one that was indexed', () => {
    const [first] = askedBranches(index({ branches: { a: {}, b: {} } }), ['current'], heads(null), true).branches;
    expect(first?.name).toBe('current');
    expect(first?.ifAbsent).toMatch(/^the source shows no branch at all: .*the index of its 2 branches is kept$/);
    expect(namesOf(askedBranches({ ...following, branches: { a: {} } }, ['current'], heads(null), true))).toEqual([
      'master',
    ]);
    expect(namesOf(askedBranches(index({ branches: { a: {} } }), [], heads(null), true))).toEqual([]);
  });

  it('have `current` under that name where nothing tells which branch it is, with what to do', () => {
    const [first] = askedBranches(following, ['current'], heads(null, 'trunk'), true).branches;
    expect(first?.name).toBe('current');
    expect(first?.ifAbsent).toMatch(
      /^the source has no default branch: .*master, .* is gone; .*PATCH \/api\/repositories\/r /,
    );
    const [unknown] = askedBranches(index(), ['current'], heads(null, 'trunk'), true).branches;
    expect(unknown?.ifAbsent).not.toContain('is gone');
  });

  it('tell why they are absent: the user’s own default branch with the call that mends it', () => {
    const chosen = index({ default_branch: 'master' });
    const [named] = askedBranches(chosen, ['master'], heads('trunk', 'trunk'), true).branches;
    expect(named?.ifAbsent).toBe('the source has no branch master');
    const [current] = askedBranches(chosen, ['master', 'current'], heads('trunk', 'trunk'), true).branches;
    expect(current?.ifAbsent).toBe(
      'the source has no branch master, the repository\'s default_branch: PATCH /api/repositories/r {"default_branch": null} has the repository follow the source\'s HEAD, which names trunk; the name of another branch there has it use that one',
    );
    const [detached] = askedBranches(chosen, ['current'], heads(null, 'trunk'), true).branches;
    expect(detached?.ifAbsent).not.toContain('which names');
  });

  it('are all named when none is there', () => {
    const chosen = index({ default_branch: 'master' });
    const { branches } = askedBranches(chosen, ['current', 'a', 'b'], heads(null, 'trunk'), true);
    expect(noneThere(branches)).toMatch(
      /^the source has no branch master, .*; the source has none of the branches a, b$/,
    );
    expect(noneThere(branches.slice(0, 1))).toBe(branches[0]?.ifAbsent);
    expect(noneThere(branches.slice(1, 2))).toBe('the source has no branch a');
  });
});

describe('the branch that a repository follows after a publish', () => {
  it.each([
    ['the first that HEAD names, indexed or not', undefined, 'main', [], 'main'],
    ['the one before, while only that one is indexed', 'main', 'trunk', ['main'], null],
    ['the new one, when it is indexed', 'main', 'trunk', ['main', 'trunk'], 'trunk'],
    ['the new one, when the one before is not indexed either', 'main', 'trunk', [], 'trunk'],
    ['the one before, when HEAD names none', 'main', null, ['main'], null],
  ] as const)('is %s', (_, followed, head, indexed, expected) => {
    expect(followedBranch(followed, head, indexed)).toBe(expected);
  });
});
