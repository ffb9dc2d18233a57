import { once } from 'node:events';
import { createServer } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';

/** What the stub answers: a body, or an exception by its name. */
export type StubAnswer =
  | { readonly body: unknown }
  | {
      readonly exception: string;
      readonly reasons?: readonly { Code: string; Item?: unknown }[];
      readonly item?: unknown;
    };

export interface DynamoDbStub {
  readonly client: DynamoDBClient;
  /** The operations asked for, in order. */
  readonly calls: string[];
  stop(): Promise<void>;
}

/** Speaks just enough of DynamoDB's JSON protocol to answer what no local server can be brought to answer. */
export const startDynamoDbStub = async (
  answer: (operation: string, input: Record<string, unknown>) => StubAnswer,
): Promise<DynamoDbStub> => {
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    calls.push(operation);
    const given = answer(operation, JSON.parse(text));
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    if ('body' in given) {
      response.end(JSON.stringify(given.body));
      return;
    }
    response.statusCode = 400;
    response.end(
      JSON.stringify({
        __type: `com.amazonaws.dynamodb.v20120810#${given.exception}`,
        message: 'as the test wants it',
        CancellationReasons: given.reasons,
        Item: given.item,
      }),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // The stores' own tries are what is looked at.
    maxAttempts: 1,
  });
  return {
    client,
    calls,
    async stop() {
      client.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

export const stored = (item: Record<string, unknown>) => marshall(item, { removeUndefinedValues: true });
