import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DiskUnusableError } from '../../core/domain/errors.ts';
import { diskFailure } from '../system/disk-failure.ts';
import { DynamoDbError } from './errors.ts';
import { sqliteCode, untilFree } from './until-free.ts';

/** Where the SDK’s client sends its requests. */
export type RequestHandler = Extract<
  NonNullable<DynamoDBClientConfig['requestHandler']>,
  { handle: (...parts: never[]) => unknown }
>;

/** Answers the SDK's requests by `call`, in this thread and without any socket. */
export const createRequestHandler = (call: (operation: string, input: unknown) => object): RequestHandler => {
  const handler = {
    handle: async (
      { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body?: unknown },
      { abortSignal }: { readonly abortSignal?: { readonly aborted: boolean } } = {},
    ) => {
      if (abortSignal?.aborted === true) throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
      const operation = (headers['x-amz-target'] ?? '').split('.')[1] ?? '';
      const input: unknown = JSON.parse(textOf(body));
      try {
        return answer(200, await untilFree(() => call(operation, input)));
      } catch (error) {
        return answer(...refusalOf(error));
      }
    },
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig: () => undefined,
    destroy: () => undefined,
  };
  return handler as unknown as RequestHandler;
};

const decoder = new TextDecoder();
const textOf = (body: unknown): string => (typeof body === 'string' ? body : decoder.decode(body as Uint8Array));

const answer = (statusCode: number, body: object) => ({
  response: {
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: Buffer.from(JSON.stringify(body)),
  },
});

const refusalOf = (error: unknown): [status: number, body: object] => {
  if (error instanceof DynamoDbError)
    return [
      400,
      { __type: `com.amazonaws.dynamodb.v20120810#${error.name}`, message: error.message, ...error.members },
    ];
  const named = diskFailure(error, 'the database');
  // As DynamoDB's own failure it would be tried again, and told as a busy store.
  if (named instanceof DiskUnusableError) throw named;
  // The SDK tries again, and what is left then is StoreBusyError.
  if (sqliteCode(error) !== 0)
    return [
      500,
      { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: String((error as Error).message) },
    ];
  throw error;
};
