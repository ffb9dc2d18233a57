import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLanceSearchIndex } from '../../../adapters/lancedb/search-index.ts';
import { searchIndexContract } from './search-index.suite.ts';

searchIndexContract(
  'LanceDB',
  async () => {
    const root = await mkdtemp(join(tmpdir(), 'search-index-'));
    const index = createLanceSearchIndex(root);
    return {
      index,
      close: async () => {
        await index.close();
        await rm(root, { recursive: true });
      },
    };
  },
  { words: 'at once' },
);
