import { dirname } from 'node:path';
import { startSmartHttpServer } from '../../test/support/smart-http-server.ts';
import { runGit } from '../git.ts';
import { measureRounds } from '../measure-sync.ts';
import type { Scenario } from '../scenario.ts';
import { smallSyncTarget } from './small-syncs.ts';

/**
 * The same small sync, of a smart-HTTP server: the repository's own objects, served by git's CGI beside the service. It is asked for as the
 * remote of the folder that is indexed, so that the whole is not indexed again.
 */
export const remote: Scenario = {
  name: 'remote',
  run: async (bench) => {
    const { repository } = bench;
    const server = await startSmartHttpServer({ root: dirname(repository) });
    const close = bench.undoLater(server.close);
    try {
      await runGit(repository, ['config', 'remote.origin.url', `${server.url}/repository.git`]);
      const local = await bench.incremental();
      const { seconds, slowest, rounds, cpuSeconds } = await measureRounds(bench, 'eight files', bench.quick ? 3 : 5, {
        pull_remote: true,
      });
      const bytes = server.requests.reduce((sum, request) => sum + request.bytes, 0);
      return [
        {
          name: '8 files changed at a server',
          value: seconds,
          unit: 's',
          target: smallSyncTarget(bench.files.length),
          note: `median of ${rounds}`,
        },
        { name: '8 files changed at a server, slowest', value: slowest, unit: 's' },
        { name: '8 files changed at a server, processor', value: cpuSeconds, unit: 's' },
        { name: 'remote / local', value: seconds / local.seconds, unit: '×', relative: true },
        { name: 'requests a sync, with the look', value: server.requests.length / rounds, unit: '' },
        { name: 'answers of a sync', value: bytes / rounds / 1000, unit: 'kB' },
      ];
    } finally {
      await close();
    }
  },
};
