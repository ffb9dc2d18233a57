import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSourceRoots } from '../../../../adapters/system/source-roots.ts';

let top: string;
beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'test-roots-')));
  for (const name of ['open/a', 'open-too', 'closed/b']) await mkdir(join(top, name), { recursive: true });
  await symlink(join(top, 'closed'), join(top, 'open/out'));
  await symlink(join(top, 'open'), join(top, 'in'));
});
afterAll(() => rm(top, { recursive: true, force: true }));

describe('the folders that may be read', () => {
  it.each(['open', 'open/a', 'open/not/there', 'closed/../open/a', 'in/a'])('hold %s', async (path) => {
    const roots = createSourceRoots([join(top, 'open')], false);
    expect(await roots.holds(join(top, path))).toBe(true);
    expect(await roots.holds(pathToFileURL(join(top, path)).href)).toBe(true);
  });

  it.each([
    '',
    'open-too',
    'closed/b',
    'closed/not/there',
    'open/out',
    'open/out/b',
    'open/out/not/there',
    'open/../closed',
  ])('do not hold %s', async (path) => {
    const roots = createSourceRoots([join(top, 'open')], false);
    expect(await roots.holds(join(top, path))).toBe(false);
    expect(await roots.holds(pathToFileURL(join(top, path)).href)).toBe(false);
  });

  it('may be given by a link, or be all', async () => {
    expect(await createSourceRoots([join(top, 'in')], false).holds(join(top, 'open/a'))).toBe(true);
    expect(await createSourceRoots(['/'], false).holds(join(top, 'closed'))).toBe(true);
    expect(await createSourceRoots([], false).holds(top)).toBe(false);
  });

  it.each(['https://example.com/x', 'file://elsewhere/x', 'x'])('hold nothing that is no path: %s', async (source) => {
    expect(await createSourceRoots(['/'], true).holds(source)).toBe(false);
  });
});
