import { SyncError } from '../domain/errors.ts';
import { isRemote } from '../domain/source-policy.ts';
import type { Runtime } from '../ports/runtime.ts';

/** The addresses that a source's credential would be shown to: of a folder of this machine those of its remotes, which a sync may pull. */
export const credentialAddresses =
  ({ sourceRemotes }: Pick<Runtime, 'sourceRemotes'>) =>
  async (url: string, owner: string): Promise<readonly string[]> => {
    if (isRemote(url)) return [url];
    try {
      const addresses = [...(await sourceRemotes.of(url, owner)).values()].filter(isRemote);
      return addresses.length === 0 ? [url] : addresses;
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      return [url];
    }
  };
