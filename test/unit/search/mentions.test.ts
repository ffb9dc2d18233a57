import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bareName, type FoundText, mentionShares } from '../../../core/search/rules/mentions.ts';

const found = (path: string, text: string, share = 1): FoundText => ({ path, text, share });

describe('mentionShares', () => {
  it('is more the more other files speak of a file, and the better they were found', () => {
    const shares = mentionShares([
      found('src/lock-store.ts', 'nothing'),
      found('src/a.ts', "import { claim } from './lock-store.ts'"),
      found('src/b.py', 'from lock_store import claim'),
      found('src/c.java', 'new LockStore()'),
      found('src/weak.ts', "import './a.ts'", 0.2),
    ]);
    expect(shares.get('src/lock-store.ts')).toBeGreaterThan(shares.get('src/a.ts') as number);
    expect(shares.get('src/a.ts')).toBeGreaterThan(0);
    expect(shares.get('src/b.py')).toBe(0);
    expect(shares.get('src/lock-store.ts')).toBeLessThanOrEqual(1);
  });

  it('counts a file once, and never its own words', () => {
    const alone = mentionShares([found('lock.ts', 'lock lock lock'), found('lock.ts', 'lock')]);
    expect(alone.get('lock.ts')).toBe(0);
    const once = [found('lock.ts', ''), found('a.ts', 'lock')];
    expect(mentionShares([...once, found('a.ts', 'the lock, a lock')])).toEqual(mentionShares(once));
  });

  it('finds whole names only, whatever their script', () => {
    const shares = mentionShares([found('lock.ts', 'clock locks'), found('größe.ts', ''), found('b.ts', 'größe')]);
    expect(shares.get('lock.ts')).toBe(0);
    expect(shares.get('größe.ts')).toBeGreaterThan(0);
    expect(mentionShares([])).toEqual(new Map());
  });

  it('finds what a search for the name as a word finds', () => {
    const name = fc.stringMatching(/^[a-z]{1,3}[_-]?[a-zA-Z]{0,2}$/);
    const text = fc.array(name, { maxLength: 8 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(fc.record({ path: name, text }), { maxLength: 6 }), (files) => {
        const shares = mentionShares(files.map((file) => found(file.path, file.text)));
        for (const { path } of files) {
          const speaks = (file: { path: string; text: string }): boolean =>
            file.path !== path && file.text.split(' ').some((word) => word !== '' && bareName(word) === bareName(path));
          expect((shares.get(path) ?? 0) > 0).toBe(files.some(speaks));
        }
      }),
    );
  });
});
