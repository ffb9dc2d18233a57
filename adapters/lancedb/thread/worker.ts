import './yield-to-requests.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { createLanceSearchIndex } from '../search-index.ts';
import type { HostMessage } from './protocol.ts';
import { type IndexServer, serveSearchIndex } from './server.ts';

/** The thread that owns the index: started by search-index-host, the only writer below its root. */
const index = createLanceSearchIndex(workerData.root, workerData.options);
const servers: IndexServer[] = [];

parentPort?.on('message', async (message: HostMessage) => {
  if (message.kind === 'connect') {
    servers.push(serveSearchIndex(message.port, index));
    return;
  }
  await Promise.all(servers.map((server) => server.finish()));
  await index.close();
  parentPort?.close();
});
