import { describe, expect, it } from 'vitest';
import { nameTest } from '../../../core/search/rules/symbol-name.ts';

const exact = (name: string) => nameTest({ name, match: 'exact', case: true });
const at = (container: string | null, name: string) => ({ container, name });

describe('a name that is asked for', () => {
  it('is the whole name, unless its beginning or a part of it is asked for', () => {
    const accepts = (match: 'exact' | 'prefix' | 'contains', isCased = true) =>
      ['lock', 'lockFile', 'unlock', 'Lock', 'clock'].filter((name) =>
        nameTest({ name: 'lock', match, case: isCased }).accepts(at(null, name)),
      );
    expect(accepts('exact')).toEqual(['lock']);
    expect(accepts('exact', false)).toEqual(['lock', 'Lock']);
    expect(accepts('prefix')).toEqual(['lock', 'lockFile']);
    expect(accepts('contains')).toEqual(['lock', 'lockFile', 'unlock', 'clock']);
    expect(accepts('contains', false)).toEqual(['lock', 'lockFile', 'unlock', 'Lock', 'clock']);
  });

  it('may say what it is in', () => {
    for (const name of ['Lock.release', 'Lock::release', 'Lock#release', 'shop.Lock.release']) {
      expect([name, exact(name).accepts(at('shop.Lock', 'release'))]).toEqual([name, true]);
      expect([name, exact(name).accepts(at('shop.Clock', 'release'))]).toEqual([name, false]);
      expect([name, exact(name).accepts(at(null, 'release'))]).toEqual([name, false]);
      expect([name, exact(name).mayDefine('void release()', null)]).toEqual([name, true]);
    }
    expect(exact('Shop.Tills').accepts(at(null, 'Shop.Tills'))).toBe(true);
    expect(exact('operator==').accepts(at('Lock', 'operator=='))).toBe(true);
    expect(exact('#held').accepts(at('Store', '#held'))).toBe(true);
  });

  it.each(['__proto__', 'constructor', 'toString', '.*', 'a"b', '~Lock', 'held?', 'Grün', '🙂', 'a b', '.', '::'])(
    'is taken as it is: %s',
    (name) => {
      expect(exact(name).accepts(at(null, name))).toBe(true);
      expect(exact(name).accepts(at(null, 'other'))).toBe(false);
      expect(exact(name).mayDefine(`x ${name} y`, null)).toBe(true);
      expect(nameTest({ name, match: 'contains', case: false }).accepts(at(null, `x${name.toUpperCase()}y`))).toBe(
        true,
      );
    },
  );

  it('is looked for in texts that hold it as a name of its own', () => {
    const texts = ['lock', 'unlock()', 'lockFile', 'a.lock', 'a.lock; lock', 'Lock', 'größelock', '_lock', '$lock', ''];
    const may = (name: ReturnType<typeof exact>, sign: string | null) =>
      texts.filter((text) => name.mayDefine(text, sign === null ? null : (of, from) => of[from - 1] !== sign));
    expect(may(exact('lock'), null)).toEqual(['lock', 'a.lock', 'a.lock; lock', '$lock']);
    expect(may(exact('lock'), '.')).toEqual(['lock', 'a.lock; lock', '$lock']);
    expect(may(nameTest({ name: 'lock', match: 'prefix', case: true }), '.')).toEqual([
      'lock',
      'lockFile',
      'a.lock; lock',
      '$lock',
    ]);
    expect(may(nameTest({ name: 'LOCK', match: 'contains', case: false }), null)).toEqual(texts.slice(0, -1));
    expect(nameTest({ name: 'GRÜN', match: 'exact', case: false }).mayDefine('grün', null)).toBe(true);
    expect(nameTest({ name: 'Größe', match: 'exact', case: false }).mayDefine('GRÖßE', null)).toBe(true);
  });
});
