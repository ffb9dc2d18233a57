import type { z } from 'zod';
import { SyncError } from '../../core/domain/errors.ts';
import { withReason } from '../../core/domain/failure-reasons.ts';

/**
 * A workflow step as a Lambda: parses the state's input, calls the step, gives back its output. Of an error the workflow hands on name
 * and message only, so the reason goes into the message; fail-sync takes it out again.
 */
export const defineHandler =
  <Input, Output>(schema: z.ZodType<Input>, step: (input: Input) => Promise<Output>) =>
  async (event: unknown): Promise<Output> => {
    try {
      return await step(schema.parse(event));
    } catch (error) {
      if (error instanceof SyncError) error.message = withReason(error.message, error.reason);
      throw error;
    }
  };
