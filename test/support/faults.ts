import type { Runtime } from '../../core/ports/runtime.ts';

type Port = keyof Runtime;
type Methods<P extends Port> = Partial<{ [M in keyof Runtime[P]]: Runtime[P][M] }>;

export interface Faults {
  /** Give it to startWorld. */
  readonly decorate: (runtime: Runtime) => Runtime;
  /** Exchanges methods of a port until {@link clear}; `real` is the port without faults. */
  set<P extends Port>(port: P, methods: (real: Runtime[P]) => Methods<P>): void;
  clear(): void;
}

/** Puts faults between the real ports and the steps, and takes them away again, while the service runs. */
export const createFaults = (): Faults => {
  const faults = new Map<Port, object>();
  const reals = new Map<Port, object>();
  return {
    decorate: (runtime) => {
      const decorated: Partial<Record<Port, object>> = {};
      for (const port of Object.keys(runtime) as Port[]) {
        const real = runtime[port] as object;
        reals.set(port, real);
        decorated[port] = new Proxy(real, {
          get: (target, member) => Reflect.get(faults.get(port) ?? target, member) ?? Reflect.get(target, member),
        });
      }
      return decorated as unknown as Runtime;
    },
    set: (port, methods) => {
      faults.set(port, methods(reals.get(port) as Runtime[typeof port]));
    },
    clear: () => faults.clear(),
  };
};

/** A gate that work waits at: `reached` when somebody stands there, `open` to let everybody through. */
export const createGate = () => {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    open: opened.resolve,
    wait: async (): Promise<void> => {
      reached.resolve();
      await opened.promise;
    },
  };
};

/** Embedding of documents waits at a gate until it is opened; queries go through. */
export const holdEmbedding = (faults: Faults): ReturnType<typeof createGate> => {
  const gate = createGate();
  faults.set('embedder', (real) => ({
    embed: async (texts, kind) => {
      if (kind === 'document') await gate.wait();
      return real.embed(texts, kind);
    },
  }));
  return gate;
};

/** Embedding of documents fails where this word stands in one. */
export const failEmbedding = (faults: Faults, word: string, message = `no vector for ${word}`): void =>
  faults.set('embedder', (real) => ({
    embed: async (texts, kind) => {
      if (kind === 'document' && texts.some((text) => text.includes(word))) throw new RangeError(message);
      return real.embed(texts, kind);
    },
  }));
