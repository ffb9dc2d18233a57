import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { slowFiles } from '../support/slow-first.ts';

it('each file that is begun early is there', () => {
  for (const name of slowFiles) expect([name, existsSync(name)]).toEqual([name, true]);
});
