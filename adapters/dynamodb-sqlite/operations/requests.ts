import { z } from 'zod';
import { invalid, unsupported } from '../errors.ts';

/**
 * What may be asked. A member that is not here is refused by its name, never ignored: DynamoDB would do something with it. Attribute values
 * are parsed by values/parse-value.ts.
 */
const raw = z.unknown().optional();
const TableName = z.string();
const names = z.record(z.string(), z.string()).optional();
const expressions = { ExpressionAttributeNames: names, ExpressionAttributeValues: raw };
const conditional = {
  TableName,
  ConditionExpression: z.string().optional(),
  ...expressions,
  ReturnValuesOnConditionCheckFailure: z.enum(['NONE', 'ALL_OLD']).optional(),
};
const inTransaction = {
  ConditionCheck: z.strictObject({ ...conditional, ConditionExpression: z.string(), Key: raw }).optional(),
  Put: z.strictObject({ ...conditional, Item: raw }).optional(),
  Update: z.strictObject({ ...conditional, Key: raw, UpdateExpression: z.string() }).optional(),
  Delete: z.strictObject({ ...conditional, Key: raw }).optional(),
};
const KeySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const Limit = z.int().min(1, 'must be at least 1').optional();
const ConsistentRead = z.boolean().optional();

export const requests = {
  CreateTable: z.strictObject({
    TableName: z.string().regex(/^[\w.-]{3,255}$/, 'must have 3 to 255 of the characters a-z, A-Z, 0-9, _, - and .'),
    BillingMode: z.literal('PAY_PER_REQUEST'),
    AttributeDefinitions: z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N']) })),
    KeySchema,
    GlobalSecondaryIndexes: z
      .array(
        z.strictObject({
          IndexName: z.string(),
          KeySchema,
          Projection: z.strictObject({ ProjectionType: z.enum(['ALL', 'KEYS_ONLY']) }),
        }),
      )
      .optional(),
  }),
  DescribeTable: z.strictObject({ TableName }),
  DescribeTimeToLive: z.strictObject({ TableName }),
  UpdateTimeToLive: z.strictObject({
    TableName,
    TimeToLiveSpecification: z.strictObject({ AttributeName: z.string().min(1), Enabled: z.boolean() }),
  }),
  GetItem: z.strictObject({ TableName, Key: raw, ConsistentRead }),
  Query: z.strictObject({
    TableName,
    IndexName: z.string().optional(),
    KeyConditionExpression: z.string(),
    FilterExpression: z.string().optional(),
    ProjectionExpression: z.string().optional(),
    ...expressions,
    ConsistentRead,
    ScanIndexForward: z.boolean().optional(),
    Select: z.literal('COUNT').optional(),
    Limit,
    ExclusiveStartKey: raw,
  }),
  Scan: z.strictObject({
    TableName,
    FilterExpression: z.string().optional(),
    ProjectionExpression: z.string().optional(),
    ...expressions,
    ConsistentRead,
    Select: z.literal('COUNT').optional(),
    Limit,
    ExclusiveStartKey: raw,
  }),
  PutItem: z.strictObject({ ...conditional, Item: raw, ReturnValues: z.enum(['NONE', 'ALL_OLD']).optional() }),
  UpdateItem: z.strictObject({
    ...conditional,
    Key: raw,
    UpdateExpression: z.string().optional(),
    ReturnValues: z.enum(['NONE', 'ALL_OLD', 'ALL_NEW']).optional(),
  }),
  DeleteItem: z.strictObject({ ...conditional, Key: raw, ReturnValues: z.enum(['NONE', 'ALL_OLD']).optional() }),
  BatchWriteItem: z.strictObject({
    RequestItems: z.record(
      z.string(),
      z.array(
        z.strictObject({
          PutRequest: z.strictObject({ Item: raw }).optional(),
          DeleteRequest: z.strictObject({ Key: raw }).optional(),
        }),
      ),
    ),
  }),
  TransactWriteItems: z.strictObject({
    TransactItems: z.array(z.strictObject(inTransaction)),
    ClientRequestToken: z.string().min(1).max(36).optional(),
  }),
} as const;

export type Operation = keyof typeof requests;
export type Request<O extends Operation> = z.infer<(typeof requests)[O]>;
export type TransactionAction = Request<'TransactWriteItems'>['TransactItems'][number];

export const isOperation = (name: string): name is Operation => Object.hasOwn(requests, name);

/** The request, or ValidationException with the member that is wrong. */
export const parseRequest = <O extends Operation>(operation: O, input: unknown): Request<O> => {
  const result = requests[operation].safeParse(input);
  if (result.success) return result.data as Request<O>;
  const [issue] = result.error.issues;
  const at = [operation, ...(issue?.path ?? [])].join('.');
  throw issue?.code === 'unrecognized_keys'
    ? unsupported(`${at}.${issue.keys.join(', ')}`)
    : invalid(`Value at ${at} failed to satisfy constraint: ${issue?.message}`);
};
