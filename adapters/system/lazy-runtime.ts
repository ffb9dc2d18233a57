import type { Runtime } from '../../core/ports/runtime.ts';

type Factories = { readonly [Port in keyof Runtime]: () => Runtime[Port] };

/** A runtime whose members are built when first asked for, once: a function pays only for what its step uses. */
export const lazyRuntime = (factories: Factories): Runtime => {
  const built = new Map<keyof Runtime, unknown>();
  const runtime = {} as Runtime;
  for (const port of Object.keys(factories) as (keyof Runtime)[])
    Object.defineProperty(runtime, port, {
      enumerable: true,
      get: () => {
        if (!built.has(port)) built.set(port, factories[port]());
        return built.get(port);
      },
    });
  return runtime;
};
