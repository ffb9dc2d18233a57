import '../../local/function-worker.ts';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import type { WorkerSetup } from '../../local/invocation.ts';
import { runtime, useRuntime } from '../../local/runtime.ts';

/**
 * The real worker of the function host, which ends as a sandbox does, without a word: whenever it cuts a text with the word `endsWhenCut`, and
 * twice in all when it embeds one with `endsTwice`. The host is not shown which file it was.
 */
const { chunker, embedder, ...others } = runtime();
const { dataDir } = (workerData as WorkerSetup).config;

const oneOfTwo = (): boolean =>
  [1, 2].some((death) => {
    try {
      closeSync(openSync(join(dataDir, `death-${death}`), 'wx'));
      return true;
    } catch {
      return false;
    }
  });

useRuntime({
  ...others,
  chunker: {
    version: chunker.version,
    chunk: async (path, text) => (text.includes('endsWhenCut') ? process.exit(1) : chunker.chunk(path, text)),
  },
  embedder: {
    id: embedder.id,
    dimensions: embedder.dimensions,
    embed: async (texts, kind) => {
      if (texts.some((text) => text.includes('endsTwice')) && oneOfTwo()) process.exit(1);
      return embedder.embed(texts, kind);
    },
  },
});
