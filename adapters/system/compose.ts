/** How each port of `Ports` is built. */
export type Factories<Ports> = { readonly [Port in keyof Ports]: () => Ports[Port] };

/** The ports, each built when it is first asked for, once: a function pays only for what its step uses. */
export const compose = <Ports extends object>(factories: Factories<Ports>): Ports => {
  const built = new Map<keyof Ports, unknown>();
  const ports = {} as Ports;
  for (const port of Object.keys(factories) as (keyof Ports)[])
    Object.defineProperty(ports, port, {
      enumerable: true,
      get: () => {
        if (!built.has(port)) built.set(port, factories[port]());
        return built.get(port);
      },
    });
  return ports;
};
