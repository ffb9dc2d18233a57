import type { CallToolResult, McpServer, ServerContext, ToolAnnotations } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import { type Client, ProblemError } from '../../client/src/client.ts';
import { errorResult } from '../tool-errors.ts';

/** What every tool works with. */
export interface ToolDeps {
  readonly server: McpServer;
  readonly client: Client;
  /** The longest that one call may wait for a job, in seconds: API Gateway gives up after 29. */
  readonly longestWaitSeconds: number;
  readonly tellsProgress: boolean;
}

interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodObject> {
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  /** Where an answer is short enough to be given twice, as text and as members. */
  readonly output?: Output;
  readonly annotations: ToolAnnotations;
}

/** What a tool answers: text for the model, and the members of its output schema where it has one. */
export interface ToolAnswer<Output> {
  readonly text: string;
  readonly structured?: Output;
}

/** Reads what is indexed, and changes nothing. */
export const readOnly: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** Adds a tool. What its work throws becomes an answer with `isError` that says what to do. */
export const addTool = <Input extends z.ZodObject, Output extends z.ZodObject = z.ZodObject>(
  { server }: Pick<ToolDeps, 'server'>,
  name: string,
  { title, description, input, output, annotations }: ToolDefinition<Input, Output>,
  work: (input: z.output<Input>, context: ServerContext) => Promise<ToolAnswer<z.input<Output>>>,
): void => {
  const handler = async (given: unknown, context: ServerContext): Promise<CallToolResult> => {
    try {
      const { text, structured } = await work(given as z.output<Input>, context);
      return {
        content: [{ type: 'text', text }],
        ...(structured === undefined ? {} : { structuredContent: structured as Record<string, unknown> }),
      };
    } catch (error) {
      // Without a good token no tool works: over HTTP that is an answer of the transport's, which makes a client sign in again.
      if (context.mcpReq.signal.aborted && !(error instanceof ProblemError)) throw error;
      return errorResult(error);
    }
  };
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: input as z.ZodObject,
      ...(output === undefined ? {} : { outputSchema: output as z.ZodObject }),
      annotations: { title, ...annotations },
    },
    handler,
  );
};
