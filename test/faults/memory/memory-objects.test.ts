import { objectStoreContract } from '../../contract/object-store/object-store.suite.ts';
import { MemoryObjectStore } from './memory-objects.ts';

objectStoreContract('memory', async () => ({ store: new MemoryObjectStore(), close: async () => undefined }));
