import fc from 'fast-check';
import { Aliases, anyCondition, call, joined, update, type Written, word } from './dynamodb-expressions.ts';
import { item, key, numbers, partitions, rarely, scalars, sorts, texts, type Value } from './dynamodb-values.ts';

/** Random requests to DynamoDB, most of them right, on few items with few attributes, so that they meet. As they go over the wire. */

export interface WireRequest {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

export const randomTable = {
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'N' },
    { AttributeName: 'g', AttributeType: 'S' },
    { AttributeName: 'n', AttributeType: 'N' },
    { AttributeName: 's', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-n',
      KeySchema: [
        { AttributeName: 'g', KeyType: 'HASH' },
        { AttributeName: 'n', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
    {
      IndexName: 'by-s',
      KeySchema: [
        { AttributeName: 'g', KeyType: 'HASH' },
        { AttributeName: 's', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
} as const;

interface Expressions {
  readonly [member: string]: fc.Arbitrary<Written | null>;
}

/** A request with expressions, and the names and values that they use; rarely one that none of them uses. */
const withExpressions = (
  operation: string,
  rest: fc.Arbitrary<object>,
  expressions: Expressions,
): fc.Arbitrary<WireRequest> =>
  fc
    .tuple(rest, fc.record(expressions), rarely(fc.constant(null), fc.constantFrom('name', 'value'), 60))
    .map(([members, written, unused]) => {
      const aliases = new Aliases();
      const input: Record<string, unknown> = { ...members };
      for (const [member, expression] of Object.entries(written))
        if (expression !== null) input[member] = expression(aliases);
      if (unused === 'name') aliases.names['#unused'] = 'a';
      if (unused === 'value') aliases.values[':unused'] = { S: 'a' };
      if (Object.keys(aliases.names).length > 0) input.ExpressionAttributeNames = aliases.names;
      if (Object.keys(aliases.values).length > 0) input.ExpressionAttributeValues = aliases.values;
      return { operation, input };
    });

const maybe = (one: fc.Arbitrary<Written>) => fc.option(one, { freq: 2 });
const shows = fc.constantFrom<object>({}, { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
const returns = (...all: string[]) => fc.constantFrom<object>({}, ...all.map((ReturnValues) => ({ ReturnValues })));
const merged = (...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<object> =>
  fc.tuple(...parts).map((all) => Object.assign({}, ...all));

const put = withExpressions(
  'PutItem',
  merged(
    item.map((Item) => ({ Item })),
    shows,
    returns('NONE', 'ALL_OLD'),
  ),
  {
    ConditionExpression: maybe(anyCondition),
  },
);
const deletion = withExpressions(
  'DeleteItem',
  merged(
    key.map((Key) => ({ Key })),
    shows,
    returns('NONE', 'ALL_OLD'),
  ),
  {
    ConditionExpression: maybe(anyCondition),
  },
);
const change = withExpressions(
  'UpdateItem',
  merged(
    key.map((Key) => ({ Key })),
    shows,
    returns('NONE', 'ALL_OLD', 'ALL_NEW'),
  ),
  { UpdateExpression: update, ConditionExpression: maybe(anyCondition) },
);
const check = withExpressions(
  'ConditionCheck',
  merged(
    key.map((Key) => ({ Key })),
    shows,
  ),
  {
    ConditionExpression: anyCondition,
  },
);
const get = key.map((Key): WireRequest => ({ operation: 'GetItem', input: { Key, ConsistentRead: true } }));

const comparison = (name: string, one: fc.Arbitrary<Value>): fc.Arbitrary<Written> => {
  const bound: fc.Arbitrary<Written> = one.map((each) => (aliases) => aliases.value(each));
  const named: fc.Arbitrary<Written> = fc.boolean().map((aliased) => (aliases) => aliases.name(name, aliased));
  return fc.oneof(
    joined('$0 $1 $2', named, rarely(word('=', '<', '<=', '>', '>='), word('<>')), bound),
    joined('$0 BETWEEN $1 AND $2', named, bound, bound),
    rarely(joined('$0 = $1', named, bound), call('begins_with', named, bound), 3),
  );
};
const keyCondition = (partition: string, one: fc.Arbitrary<Value>, sort: fc.Arbitrary<Written>) => {
  const bound: fc.Arbitrary<Written> = one.map((each) => (aliases) => aliases.value(each));
  const first = joined(`${partition} = $0`, bound);
  return rarely(
    fc.oneof(first, joined('$0 AND $1', first, sort), joined('$1 and ($0)', first, sort)),
    anyCondition,
    40,
  );
};
const paging = fc.constantFrom<object>(
  {},
  { Limit: 1 },
  { Limit: 2 },
  { ScanIndexForward: false },
  { Limit: 2, ScanIndexForward: false },
);
const projection: fc.Arbitrary<Written> = rarely(
  fc
    .uniqueArray(fc.constantFrom('a', 'pk', 'sk', 'n', 'm'), { minLength: 1, maxLength: 3 })
    .map((all) => (aliases: Aliases) => all.map((each) => aliases.name(each, true)).join(', ')),
  word('a, a', 'status', ''),
);
const queries = [
  [undefined, keyCondition('pk', fc.record({ S: partitions }), comparison('sk', fc.record({ N: sorts })))],
  ['by-n', keyCondition('g', fc.constant({ S: 'g' }), comparison('n', rarely(fc.record({ N: numbers }), scalars)))],
  ['by-s', keyCondition('g', fc.constant({ S: 'g' }), comparison('s', rarely(fc.record({ S: texts }), scalars)))],
] as const;
const query = fc.oneof(
  ...queries.map(([IndexName, KeyConditionExpression]) =>
    withExpressions('Query', merged(paging, fc.constant(IndexName === undefined ? {} : { IndexName })), {
      KeyConditionExpression,
      FilterExpression: IndexName === undefined ? fc.option(anyCondition, { freq: 1 }) : fc.constant(null),
      ProjectionExpression: IndexName === 'by-n' ? fc.constant(null) : fc.option(projection, { freq: 1 }),
    }),
  ),
);

const withTable = ({ operation, input }: WireRequest, TableName: string): WireRequest => ({
  operation,
  input: { TableName, ...input },
});

const actionOf = ({ operation, input }: WireRequest): object => {
  const { ReturnValues: _, ...rest } = input;
  return { [operation.replace('Item', '')]: rest };
};
const transaction = fc
  .array(fc.oneof(put, deletion, change, check), { minLength: 1, maxLength: 4 })
  .map((all): WireRequest => ({ operation: 'TransactWriteItems', input: { TransactItems: all.map(actionOf) } }));
const batch = fc
  .array(
    fc.oneof(
      item.map((Item) => ({ PutRequest: { Item } })),
      key.map((Key) => ({ DeleteRequest: { Key } })),
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((writes): WireRequest => ({ operation: 'BatchWriteItem', input: { writes } }));

const request = fc.oneof(
  { arbitrary: put, weight: 6 },
  { arbitrary: change, weight: 6 },
  { arbitrary: deletion, weight: 1 },
  { arbitrary: transaction, weight: 3 },
  { arbitrary: query, weight: 4 },
  { arbitrary: get, weight: 1 },
  { arbitrary: batch, weight: 1 },
);

/** The request on the table of that name. */
export const onTable = (sent: WireRequest, TableName: string): WireRequest => {
  const { operation, input } = sent;
  if (operation === 'BatchWriteItem') return { operation, input: { RequestItems: { [TableName]: input.writes } } };
  if (operation !== 'TransactWriteItems') return withTable(sent, TableName);
  const TransactItems = (input.TransactItems as Record<string, object>[]).map((action) =>
    Object.fromEntries(Object.entries(action).map(([kind, of]) => [kind, { TableName, ...of }])),
  );
  return { operation, input: { TransactItems } };
};

export const randomRequests = (most: number): fc.Arbitrary<readonly WireRequest[]> =>
  fc.array(request, { minLength: 1, maxLength: most, size: 'max' });
