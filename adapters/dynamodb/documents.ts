import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/** What the stores send their commands to: the SDK's document client, or what answers as it does. */
export interface Documents extends Pick<DynamoDBDocumentClient, 'send'> {
  /** As `send`, of a write that need not survive a power cut. */
  note(command: UpdateCommand): Promise<UpdateCommandOutput>;
}

/** A database in this process: takes an operation's name and its input, with attribute values as they go over the wire. */
export type DirectCall = (
  operation: string,
  input: object,
  durability: { readonly durable: boolean },
) => Promise<object>;

const directCalls = new WeakMap<DynamoDBClient, DirectCall>();

/** Stores of this very client ask `call` first: see {@link documentsOf}. */
export const answerDirectly = (client: DynamoDBClient, call: DirectCall): void => {
  directCalls.set(client, call);
};

const options = { removeUndefinedValues: true } as const;

/**
 * The document client; where the database is in this process, past it: of what a call costs, nearly all is the SDK's way to a server. What is written, and
 * what a refused condition answers, is the same. Any other failure is the SDK's to tell and to try again, so the command is sent to it once more: a transaction
 * under the same token.
 */
export const documentsOf = (client: DynamoDBClient): Documents => {
  const sdk = DynamoDBDocumentClient.from(client, { marshallOptions: options });
  const call = directCalls.get(client);
  if (call === undefined) return Object.assign(sdk, { note: (command: UpdateCommand) => sdk.send(command) });
  const send = async (command: Command, durable: boolean): Promise<object> => {
    const operation = operationOf(command);
    if (operation === null) return sdk.send(command as GetCommand);
    if (command instanceof TransactWriteCommand) command.input.ClientRequestToken ??= randomUUID();
    try {
      return toDocuments(await call(operation, toAttributes(command.input), { durable }));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== null) throw refusal;
      return sdk.send(command as GetCommand);
    }
  };
  return {
    send: (command: Command) => send(command, true),
    note: (command: UpdateCommand) => send(command, false),
  } as unknown as Documents;
};

type Command = GetCommand | QueryCommand | DeleteCommand | UpdateCommand | TransactWriteCommand;

const operationOf = (command: Command): string | null => {
  if (command instanceof GetCommand) return 'GetItem';
  if (command instanceof UpdateCommand) return 'UpdateItem';
  if (command instanceof TransactWriteCommand) return 'TransactWriteItems';
  if (command instanceof QueryCommand) return 'Query';
  return command instanceof DeleteCommand ? 'DeleteItem' : null;
};

/** Members of an input that hold values of the user's; the others go as they are. */
const inRequests: ReadonlySet<string> = new Set(['Key', 'Item', 'ExpressionAttributeValues', 'ExclusiveStartKey']);

const toAttributes = (input: object): object => {
  const attributes: [name: string, value: unknown][] = [];
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    if (inRequests.has(name)) attributes.push([name, marshall(value, options)]);
    else if (name === 'TransactItems') attributes.push([name, (value as object[]).map(actionOf)]);
    else attributes.push([name, value]);
  }
  return Object.fromEntries(attributes);
};

const actionOf = (action: object): object =>
  Object.fromEntries(
    Object.entries(action).flatMap(([kind, of]) => (of === undefined ? [] : [[kind, toAttributes(of)]])),
  );

type Attributes = Parameters<typeof unmarshall>[0];

const toDocuments = (answer: object): object => {
  const { Item, Attributes, Items, LastEvaluatedKey, ...others } = answer as {
    readonly Item?: Attributes;
    readonly Attributes?: Attributes;
    readonly Items?: readonly Attributes[];
    readonly LastEvaluatedKey?: Attributes;
  };
  return {
    ...others,
    ...(Item === undefined ? {} : { Item: unmarshall(Item) }),
    ...(Attributes === undefined ? {} : { Attributes: unmarshall(Attributes) }),
    ...(Items === undefined ? {} : { Items: Items.map((item) => unmarshall(item)) }),
    ...(LastEvaluatedKey === undefined ? {} : { LastEvaluatedKey: unmarshall(LastEvaluatedKey) }),
  };
};

/** A condition that did not hold, as the SDK throws it; null for any other failure. */
const refusalOf = (error: unknown): Error | null => {
  if (!(error instanceof Error)) return null;
  const { message, members } = error as Error & { readonly members?: Record<string, never> };
  const parts = { ...members, message, $metadata: { httpStatusCode: 400, attempts: 1 } };
  if (error.name === 'ConditionalCheckFailedException') return new ConditionalCheckFailedException(parts);
  return error.name === 'TransactionCanceledException' ? new TransactionCanceledException(parts) : null;
};
