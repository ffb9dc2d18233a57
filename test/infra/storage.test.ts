import { describe, expect, it } from 'vitest';
import { temporaryTag } from '../../adapters/s3/object-upload.ts';
import { type TableDefinition, tables } from '../../core/contract/tables.ts';
import { type Resource, synthesise } from './synthesised.ts';

const { ofType, one } = synthesise();
const resource = (type: string, prefix: string): Resource => {
  const found = ofType(type).find(([id]) => id.startsWith(`storage${prefix}`));
  if (found === undefined) throw new Error(`no ${type} ${prefix}`);
  return found[1];
};

describe.each([
  ['repositories', tables.repositories],
  ['syncjobs', tables.syncJobs],
] as [string, TableDefinition][])('the table %s', (prefix, definition) => {
  const { Properties, DeletionPolicy } = resource('AWS::DynamoDB::GlobalTable', prefix);
  const keys = ({ partitionKey, sortKey }: Pick<TableDefinition, 'partitionKey' | 'sortKey'>) => [
    { AttributeName: partitionKey.name, KeyType: 'HASH' },
    { AttributeName: sortKey.name, KeyType: 'RANGE' },
  ];

  it('has the keys, indexes and time to live of the contract', () => {
    expect(Properties.KeySchema).toEqual(keys(definition));
    expect(Properties.GlobalSecondaryIndexes ?? []).toEqual(
      definition.indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keys(index),
        Projection: { ProjectionType: index.projection },
      })),
    );
    expect(Properties.TimeToLiveSpecification?.AttributeName ?? null).toBe(definition.ttlAttribute);
  });

  it('can be restored to any second, is encrypted, paid by request, and outlives the stack', () => {
    expect(Properties.Replicas).toHaveLength(1);
    expect(Properties.Replicas[0]).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
    expect(Properties.SSESpecification).toEqual({ SSEEnabled: true, SSEType: 'KMS' });
    expect(Properties.BillingMode).toBe('PAY_PER_REQUEST');
    expect(DeletionPolicy).toBe('Retain');
  });
});

it('a stage may let go of its tables', () => {
  for (const [, { Properties }] of synthesise({ deletionProtection: false }).ofType('AWS::DynamoDB::GlobalTable'))
    expect(Properties.Replicas[0].DeletionProtectionEnabled).toBe(false);
});

describe('the bucket of objects', () => {
  const { Properties, DeletionPolicy } = resource('AWS::S3::Bucket', 'objects');

  it('is encrypted, closed to the public, and outlives the stack', () => {
    expect(Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(JSON.stringify(Properties.BucketEncryption)).toContain('AES256');
    expect(DeletionPolicy).toBe('Retain');
  });

  it('answers over TLS only', () => {
    const { Statement } = resource('AWS::S3::BucketPolicy', 'objects').Properties.PolicyDocument;
    expect(Statement).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  });

  it('forgets abandoned uploads, and what abandoned jobs left under the tag that the object store gives', () => {
    expect(Properties.LifecycleConfiguration.Rules).toEqual([
      expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' }),
      expect.objectContaining({
        ExpirationInDays: 30,
        TagFilters: [{ Key: temporaryTag.key, Value: temporaryTag.value }],
        Status: 'Enabled',
      }),
    ]);
  });
});

it('the bucket of vectors is encrypted and outlives the stack', () => {
  const { Properties, DeletionPolicy } = one('AWS::S3Vectors::VectorBucket');
  expect(Properties.EncryptionConfiguration).toEqual({ SseType: 'AES256' });
  expect(DeletionPolicy).toBe('Retain');
});
