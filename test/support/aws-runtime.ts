import type { Runtime } from '../../core/ports/runtime.ts';
import * as ports from '../../lambdas/ports.ts';

const { compose, ownRemoteLook: _, ...factories } = ports;

/** Every port as lambdas/ports.ts builds it, from this environment in the place of the process's own. */
export const composeForAws = (environment: Readonly<Record<string, string | undefined>>): Runtime =>
  compose<Runtime>(
    Object.fromEntries(
      Object.entries(factories).map(([port, build]) => [port, () => build(environment)]),
    ) as unknown as Parameters<typeof compose<Runtime>>[0],
  );
