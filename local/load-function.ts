import type { FunctionName } from '../core/contract/environment.ts';

/** What a function may know of its call. */
export interface CallContext {
  /** The caller takes an answer's parts as they come, until it is aborted. */
  readonly streaming: AbortSignal;
  /** Where the gateway is, such as http://127.0.0.1:3000. */
  readonly url: string;
}

/** A Lambda function, as its runtime calls it. */
export type LambdaFunction = (event: unknown, context?: CallContext) => Promise<unknown>;

/**
 * Loads lambdas/<name>/handler.ts by its name, as the Lambda service does: nothing here depends on what the functions
 * are. Composed from `#ports`, which are this thread’s.
 */
export const loadFunction = async (name: FunctionName): Promise<LambdaFunction> => {
  const module: unknown = await import(new URL(`../lambdas/${name}/handler.ts`, import.meta.url).href);
  return (module as { handler: LambdaFunction }).handler;
};
