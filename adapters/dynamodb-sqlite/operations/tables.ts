import { DynamoDbError, invalid, invalidParameter } from '../errors.ts';
import type { Store } from '../store.ts';
import type { Index, KeyAttribute, Keys, Table } from '../tables.ts';
import type { Request } from './requests.ts';

export const tableNamed = (store: Store, name: string): Table => {
  const table = store.table(name);
  if (table === null) throw new DynamoDbError('ResourceNotFoundException', 'Requested resource not found');
  return table;
};

export const createTable = (store: Store, request: Request<'CreateTable'>, nowSeconds: number): object => {
  const types = new Map(
    request.AttributeDefinitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const used = new Set<string>();
  const key = (schema: Request<'CreateTable'>['KeySchema'], kind: 'HASH' | 'RANGE'): KeyAttribute => {
    const [element, ...more] = schema.filter(({ KeyType }) => KeyType === kind);
    if (element === undefined || more.length > 0) throw invalid('KeySchema must have one HASH and one RANGE key');
    const type = types.get(element.AttributeName);
    if (type === undefined)
      throw invalidParameter(
        `Some index key attributes are not defined in AttributeDefinitions. Keys: [${element.AttributeName}]`,
      );
    used.add(element.AttributeName);
    return { name: element.AttributeName, type };
  };
  const keysOf = (schema: Request<'CreateTable'>['KeySchema']): Keys => ({
    partition: key(schema, 'HASH'),
    sort: key(schema, 'RANGE'),
  });
  const keys = keysOf(request.KeySchema);
  const indexes: readonly Index[] = (request.GlobalSecondaryIndexes ?? []).map((index) => ({
    ...keysOf(index.KeySchema),
    name: index.IndexName,
    projection: index.Projection.ProjectionType,
  }));
  if (used.size !== types.size)
    throw invalidParameter('Number of attributes in KeySchema does not exactly match number of attributes defined');
  if (new Set(indexes.map(({ name }) => name)).size !== indexes.length) throw invalidParameter('Duplicate index name');
  return store.write(() => {
    if (store.table(request.TableName) !== null)
      throw new DynamoDbError('ResourceInUseException', `Table already exists: ${request.TableName}`);
    store.createTable(request.TableName, { keys, indexes, ttlAttribute: null, createdAt: nowSeconds });
    return { TableDescription: descriptionOf(tableNamed(store, request.TableName)) };
  });
};

export const describeTable = (store: Store, request: Request<'DescribeTable'>): object => ({
  Table: descriptionOf(tableNamed(store, request.TableName)),
});

const descriptionOf = (table: Table): object => ({
  TableName: table.name,
  TableStatus: 'ACTIVE',
  CreationDateTime: table.createdAt,
  BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  KeySchema: keySchema(table.keys),
  AttributeDefinitions: [
    ...new Map(
      [table.keys, ...table.indexes]
        .flatMap(({ partition, sort }) => [partition, sort])
        .map(({ name, type }) => [name, type]),
    ),
  ].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
  ...(table.indexes.length === 0
    ? {}
    : {
        GlobalSecondaryIndexes: table.indexes.map((index) => ({
          IndexName: index.name,
          IndexStatus: 'ACTIVE',
          KeySchema: keySchema(index),
          Projection: { ProjectionType: index.projection },
        })),
      }),
});

const keySchema = ({ partition, sort }: Keys): object => [
  { AttributeName: partition.name, KeyType: 'HASH' },
  { AttributeName: sort.name, KeyType: 'RANGE' },
];

export const describeTimeToLive = (store: Store, request: Request<'DescribeTimeToLive'>): object => {
  const { ttlAttribute } = tableNamed(store, request.TableName);
  return {
    TimeToLiveDescription:
      ttlAttribute === null
        ? { TimeToLiveStatus: 'DISABLED' }
        : { TimeToLiveStatus: 'ENABLED', AttributeName: ttlAttribute },
  };
};

export const updateTimeToLive = (store: Store, request: Request<'UpdateTimeToLive'>): object =>
  store.write(() => {
    const table = tableNamed(store, request.TableName);
    const { AttributeName, Enabled } = request.TimeToLiveSpecification;
    if ((table.ttlAttribute !== null) === Enabled)
      throw invalid(`TimeToLive is already ${Enabled ? 'enabled' : 'disabled'}`);
    if (!Enabled && table.ttlAttribute !== AttributeName)
      throw invalid('TimeToLive is active on a different AttributeName');
    store.changeTtl(table, Enabled ? AttributeName : null);
    return { TimeToLiveSpecification: { AttributeName, Enabled } };
  });
