import { expect, it } from 'vitest';
import { SourceUnusableError } from '../../../core/domain/errors.ts';
import { credentialAddresses } from '../../../core/repositories/credential-addresses.ts';

const addresses = (url: string, of: () => Promise<ReadonlyMap<string, string>>) =>
  credentialAddresses({ sourceRemotes: { of } })(url, 'ann');
const folder = '/srv/shop';

it('of a remote source is its own', async () => {
  const never = () => Promise.reject(new Error('not to be asked'));
  expect(await addresses('https://example.com/shop.git', never)).toEqual(['https://example.com/shop.git']);
});

it('of a folder are those of its remotes that are servers', async () => {
  const remotes = new Map([
    ['origin', 'https://example.com/shop.git'],
    ['backup', '/srv/backup'],
    ['mine', 'git@example.com:ann/shop.git'],
  ]);
  expect(await addresses(folder, async () => remotes)).toEqual(['https://example.com/shop.git']);
});

it('of a folder without any is the folder, for which no credential is', async () => {
  expect(await addresses(folder, async () => new Map())).toEqual([folder]);
  expect(await addresses(folder, () => Promise.reject(new SourceUnusableError('bad config line 1')))).toEqual([folder]);
});

it('are not known where the look itself fails', async () => {
  await expect(addresses(folder, () => Promise.reject(new RangeError('a defect')))).rejects.toThrow('a defect');
});
