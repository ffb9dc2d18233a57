import type { z } from 'zod';

/** A workflow step as a Lambda: parses the state's input, calls the step, gives back its output. */
export const defineHandler =
  <Input, Output>(schema: z.ZodType<Input>, step: (input: Input) => Promise<Output>) =>
  async (event: unknown): Promise<Output> =>
    step(schema.parse(event));
