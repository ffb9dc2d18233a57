import { StateError } from './errors.ts';

/** Step Functions' limit on a state's input, output, result and assigned variables: 256 KiB of UTF-8. */
export const payloadLimit = 256 * 1024;

/**
 * The value as it is after a trip through JSON. Throws States.DataLimitExceeded where AWS would refuse it, so that a local
 * run finds out first.
 */
export const throughJson = (value: unknown, what: string): unknown => {
  const text = JSON.stringify(value ?? null);
  const bytes = Buffer.byteLength(text);
  if (bytes > payloadLimit)
    throw new StateError('States.DataLimitExceeded', `${what} has ${bytes} bytes, the limit is ${payloadLimit}`);
  return JSON.parse(text);
};
