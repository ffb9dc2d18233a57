import { searchIndexContract } from '../../contract/search-index/search-index.suite.ts';
import { MemorySearchIndex } from './memory-search-index.ts';

searchIndexContract('memory', async () => ({ index: new MemorySearchIndex(), close: async () => undefined }), {
  words: 'none',
});
