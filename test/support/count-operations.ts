import type { Runtime } from '../../core/ports/runtime.ts';

/** What a sync did, counted where it leaves the steps: no seconds, so that a slow machine changes nothing. */
export interface Operations {
  /** Blobs whose content was read from git. */
  blobsRead: number;
  textsEmbedded: number;
  filesChunked: number;
  rowsPut: number;
  /** Calls that put rows. */
  puts: number;
  /** Writes to DynamoDB, but for heartbeats: those go by the clock. */
  stateWrites: number;
  objectsWritten: number;
  /** Of these: pages of manifests. */
  pagesWritten: number;
  pagesRead: number;
  /** Roots of manifests. */
  rootsRead: number;
  /** Listings of a repository's pages. */
  pagesListed: number;
  objectLinesWritten: number;
  /** But for those of pages. */
  objectLinesRead: number;
}

const none = (): Operations => ({
  blobsRead: 0,
  textsEmbedded: 0,
  filesChunked: 0,
  rowsPut: 0,
  puts: 0,
  stateWrites: 0,
  objectsWritten: 0,
  pagesWritten: 0,
  pagesRead: 0,
  rootsRead: 0,
  pagesListed: 0,
  objectLinesWritten: 0,
  objectLinesRead: 0,
});

const isRoot = (key: string): boolean => /^repositories\/[^/]+\/manifests\/[^/]+\/\d+\.zst$/.test(key);
const isPage = (key: string): boolean => /^repositories\/[^/]+\/pages\//.test(key);

/** Counts between the steps and the real ports. Give `decorate` to startWorld. */
export const countOperations = () => {
  let counts = none();

  /** Every call of the port is a write, but for those that go by the clock. */
  const writes =
    (pacedByTheClock?: string) =>
    (port: object): object =>
      new Proxy(port, {
        get: (target, member) => {
          const method: unknown = Reflect.get(target, member);
          if (typeof method !== 'function' || member === pacedByTheClock) return method;
          return (...args: unknown[]) => {
            counts.stateWrites += 1;
            return method.apply(target, args);
          };
        },
      });

  const counting = {
    git: (git: Runtime['git']): Partial<Runtime['git']> => ({
      blobs: async function* (...args) {
        for await (const blob of git.blobs(...args)) {
          counts.blobsRead += 1;
          yield blob;
        }
      },
    }),
    chunker: (chunker: Runtime['chunker']): Partial<Runtime['chunker']> => ({
      chunk: (path, text) => {
        counts.filesChunked += 1;
        return chunker.chunk(path, text);
      },
    }),
    embedder: (embedder: Runtime['embedder']): Partial<Runtime['embedder']> => ({
      embed: (texts, kind) => {
        counts.textsEmbedded += texts.length;
        return embedder.embed(texts, kind);
      },
    }),
    index: (index: Runtime['index']): Partial<Runtime['index']> => ({
      put: (generation, rows) => {
        counts.rowsPut += rows.length;
        counts.puts += 1;
        return index.put(generation, rows);
      },
    }),
    objects: (objects: Runtime['objects']): Partial<Runtime['objects']> => ({
      putText: (key, text) => {
        counts.objectsWritten += 1;
        if (isPage(key)) counts.pagesWritten += 1;
        return objects.putText(key, text);
      },
      getText: (key) => {
        if (isPage(key)) counts.pagesRead += 1;
        return objects.getText(key);
      },
      putLines: async (key, lines) => {
        counts.objectsWritten += 1;
        const written = await objects.putLines(key, lines);
        counts.objectLinesWritten += written;
        return written;
      },
      getLines: async function* (key) {
        if (isRoot(key)) counts.rootsRead += 1;
        for await (const lines of objects.getLines(key)) {
          counts.objectLinesRead += lines.length;
          yield lines;
        }
      },
      list: (prefix) => {
        if (isPage(prefix)) counts.pagesListed += 1;
        return objects.list(prefix);
      },
      listSizes: (prefix) => {
        if (isPage(prefix)) counts.pagesListed += 1;
        return objects.listSizes(prefix);
      },
    }),
    claims: writes(),
    running: writes('heartbeat'),
    batches: writes('progress'),
    ends: writes(),
  };

  const over = (real: object, counted: object): object =>
    new Proxy(real, { get: (target, member) => Reflect.get(counted, member) ?? Reflect.get(target, member) });

  return {
    decorate: (runtime: Runtime): Runtime => {
      const decorated = Object.fromEntries(
        (Object.keys(runtime) as (keyof Runtime)[]).map((port): [string, object] => {
          const real = runtime[port] as object;
          const count = counting[port as keyof typeof counting] as ((real: object) => object) | undefined;
          return [port, count === undefined ? real : over(real, count(real))];
        }),
      );
      return decorated as unknown as Runtime;
    },
    /** What has been counted since the last call. */
    take: (): Operations => {
      const taken = counts;
      counts = none();
      return taken;
    },
  };
};
