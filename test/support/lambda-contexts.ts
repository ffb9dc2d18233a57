import { AsyncLocalStorage } from 'node:async_hooks';
import type { FunctionName } from '../../core/contract/environment.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import { type LambdaFunction, loadFunction } from '../../local/load-function.ts';
import { useRuntime } from '../../local/runtime.ts';
import { composeForAws } from './aws-runtime.ts';

export interface LambdaContexts {
  /** Calls a function in its own environment, with its event as JSON. */
  invoke(name: FunctionName, event: unknown): Promise<unknown>;
  /** Every function that has been called. */
  readonly invoked: ReadonlySet<FunctionName>;
  close(): void;
}

/**
 * Every function in this process, each composed as on AWS (lambdas/ports.ts) from an environment of its own, which is what
 * `process.env` shows while it runs: the SDK's clients find their credentials there.
 *
 * @param exchange puts other ports in the place of those that no stub of AWS stands for.
 */
export const createLambdaContexts = (
  environments: ReadonlyMap<FunctionName, Readonly<Record<string, string>>>,
  exchange: (name: FunctionName, composed: Runtime) => Runtime,
): LambdaContexts => {
  const running = new AsyncLocalStorage<Readonly<Record<string, string>>>();
  const outside = process.env;
  process.env = new Proxy(outside, {
    get: (target, variable) => running.getStore()?.[String(variable)] ?? Reflect.get(target, variable),
    has: (target, variable) => Object.hasOwn(running.getStore() ?? {}, variable) || Reflect.has(target, variable),
    set: (target, variable, value) => Reflect.set(target, variable, value),
  });

  const loaded = new Map<FunctionName, Promise<LambdaFunction>>();
  let before: Promise<unknown> = Promise.resolve();
  /** One after the other: a handler takes its runtime when it is loaded, and all of them from one place. */
  const load = (name: FunctionName): Promise<LambdaFunction> => {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const loading = before.then(() => {
      useRuntime(exchange(name, composeForAws({ ...environments.get(name) })));
      return loadFunction(name);
    });
    loaded.set(name, loading);
    before = loading.catch(() => undefined);
    return loading;
  };

  const invoked = new Set<FunctionName>();
  return {
    invoked,
    invoke: (name, event) => {
      const environment = environments.get(name);
      if (environment === undefined) throw new Error(`there is no function ${name}`);
      invoked.add(name);
      return running.run(environment, async () => (await load(name))(JSON.parse(JSON.stringify(event ?? {}))));
    },
    close: () => {
      process.env = outside;
    },
  };
};
