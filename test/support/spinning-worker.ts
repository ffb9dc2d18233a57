import '../../local/function-worker.ts';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import type { WorkerSetup } from '../../local/invocation.ts';
import { runtime, useRuntime } from '../../local/runtime.ts';
import { spin } from './spin.ts';

/**
 * The real worker of the function host, whose chunker never comes back from a text with the word `spinsInChunker`, nor its path rules from a path
 * with `spins-in-rules`: as a catastrophic pattern, or a parser with a fault, would. Each spin
 * of the chunker leaves a letter in `spun` in the data directory.
 */
const { chunker, pathRules, fileWatch, ...others } = runtime();
useRuntime({
  ...others,
  fileWatch,
  chunker: {
    version: chunker.version,
    chunk: async (path, text) => {
      if (!text.includes('spinsInChunker')) return chunker.chunk(path, text);
      return fileWatch.run(path, () => {
        appendFileSync(join((workerData as WorkerSetup).config.dataDir, 'spun'), 'x');
        return spin('regex');
      });
    },
  },
  pathRules: {
    ...pathRules,
    compile: (...patterns) => {
      const rule = pathRules.compile(...patterns);
      return (path) => (path.includes('spins-in-rules') ? fileWatch.run(path, () => spin('loop')) : rule(path));
    },
  },
});
