import { Duration, Fn, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  type TablePropsV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { FilterCriteria, FilterRule, type IEventSourceDlq, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { CfnVectorBucket } from 'aws-cdk-lib/aws-s3vectors';
import { Construct } from 'constructs';
import { jobIndexes, type KeyAttribute, type TableDefinition, tables } from '../core/contract/tables.ts';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import type { AppFunction } from './app-function.ts';

type ItemAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'ConditionCheckItem' | 'Query';
/** `PutObjectTagging`: of who writes what a job leaves behind. `AbortMultipartUpload`: of who streams objects of any size. */
type ObjectAction =
  | 'GetObject'
  | 'ListBucket'
  | 'PutObject'
  | 'PutObjectTagging'
  | 'AbortMultipartUpload'
  | 'DeleteObject';
type VectorAction =
  | 'CreateIndex'
  | 'GetIndex'
  | 'DeleteIndex'
  | 'PutVectors'
  | 'GetVectors'
  | 'DeleteVectors'
  | 'QueryVectors';

/** What one function may do with the service's state. A transaction needs no action of its own: it counts as its items'. */
export interface StorageNeeds {
  readonly repositories?: readonly ItemAction[];
  readonly syncJobs?: readonly ItemAction[];
  /** The global secondary indexes of sync-jobs that the function queries. */
  readonly jobIndexes?: readonly (keyof typeof jobIndexes)[];
  /** `GetObject` also lists: without it S3 answers 403, not 404, for an object that is not there. */
  readonly objects?: readonly ObjectAction[];
  readonly vectors?: readonly VectorAction[];
}

/** All state that outlives a request: two tables, the bucket of objects, the bucket of vectors. A stage decides whether they stay when the stack goes. */
export class Storage extends Construct {
  readonly bucket: Bucket;
  /** The environment of functions that use the tables. */
  readonly tableNames: { readonly REPOSITORIES_TABLE: string; readonly SYNC_JOBS_TABLE: string };
  /** The name of the bucket of vectors, which CloudFormation gives only inside its ARN. */
  readonly vectorBucketName: string;
  readonly #repositories: TableV2;
  readonly #syncJobs: TableV2;
  readonly #vectorBucket: CfnVectorBucket;

  constructor(scope: Construct, props: { readonly deletionProtection: boolean }) {
    super(scope, 'storage');
    this.#repositories = table(this, 'repositories', tables.repositories, props.deletionProtection);
    this.#syncJobs = table(this, 'sync-jobs', tables.syncJobs, props.deletionProtection, {
      // A reader learns that there is something new, and looks it up: no data is copied.
      dynamoStream: StreamViewType.KEYS_ONLY,
    });
    this.bucket = objectBucket(this, removalOf(props));
    this.#vectorBucket = new CfnVectorBucket(this, 'vectors', { encryptionConfiguration: { sseType: 'AES256' } });
    this.#vectorBucket.applyRemovalPolicy(removalOf(props));
    this.tableNames = {
      REPOSITORIES_TABLE: this.#repositories.tableName,
      SYNC_JOBS_TABLE: this.#syncJobs.tableName,
    };
    // arn:aws:s3vectors:<region>:<account>:bucket/<name>
    this.vectorBucketName = Fn.select(1, Fn.split('/', this.#vectorBucket.attrVectorBucketArn));
  }

  /** Calls a function when a delivery is put into the outbox, or a follow-up has changed: by the sort keys of such records (core/contract/tables.ts). */
  onDue({ lambda }: AppFunction, onFailure: IEventSourceDlq): void {
    const stream = this.#syncJobs.tableStreamArn ?? '';
    lambda.addToRolePolicy(
      new PolicyStatement({
        actions: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((each) => `dynamodb:${each}`),
        resources: [stream],
      }),
    );
    lambda.addEventSourceMapping('new-deliveries', {
      eventSourceArn: stream,
      startingPosition: StartingPosition.LATEST,
      filters: [
        FilterCriteria.filter({
          eventName: FilterRule.isEqual('INSERT'),
          dynamodb: { Keys: { sk: { S: FilterRule.beginsWith('msg-') } } },
        }),
        // Also what the function itself has written: then nothing is due.
        FilterCriteria.filter({
          eventName: FilterRule.or('INSERT', 'MODIFY'),
          dynamodb: { Keys: { sk: { S: FilterRule.isEqual('FOLLOW-UP') } } },
        }),
      ],
      // It learns that there is something to do, not what: one call does for many, and the schedule makes up for a lost one.
      batchSize: 100,
      retryAttempts: 1,
      maxRecordAge: Duration.minutes(5),
      onFailure,
    });
  }

  /** Lets a function do what it needs, and nothing else. */
  grant({ lambda }: AppFunction, needs: StorageNeeds): void {
    const allow = (service: string, actions: readonly string[] | undefined, ...resources: string[]): void => {
      if (actions === undefined) return;
      lambda.addToRolePolicy(
        new PolicyStatement({ actions: actions.map((action) => `${service}:${action}`), resources }),
      );
    };
    const indexArns = (needs.jobIndexes ?? []).map((index) => `${this.#syncJobs.tableArn}/index/${jobIndexes[index]}`);
    const objectsArn = this.bucket.arnForObjects('repositories/*');
    const indexesArn = `${this.#vectorBucket.attrVectorBucketArn}/index/*`;
    allow('dynamodb', needs.repositories, this.#repositories.tableArn);
    allow('dynamodb', needs.syncJobs, this.#syncJobs.tableArn);
    if (indexArns.length > 0) allow('dynamodb', ['Query'], ...indexArns);
    allow('s3vectors', needs.vectors, indexesArn);
    const onObjects = (needs.objects ?? []).filter((action) => action !== 'ListBucket');
    if (onObjects.length > 0) allow('s3', onObjects, objectsArn);
    if (needs.objects?.some((action) => action === 'GetObject' || action === 'ListBucket'))
      allow('s3', ['ListBucket'], this.bucket.bucketArn);
    acknowledgeWildcard(
      lambda,
      objectsArn,
      'Repositories come and go while the stack stands: a key’s prefix is as near as a policy gets.',
    );
    acknowledgeWildcard(
      lambda,
      indexesArn,
      'An index is made for each generation of each repository: their names are not known here.',
    );
  }
}

const table = (
  scope: Construct,
  id: string,
  definition: TableDefinition,
  deletionProtection: boolean,
  more: Pick<TablePropsV2, 'dynamoStream'> = {},
): TableV2 =>
  new TableV2(scope, id, {
    ...more,
    partitionKey: attribute(definition.partitionKey),
    sortKey: attribute(definition.sortKey),
    globalSecondaryIndexes: definition.indexes.map(({ name, partitionKey, sortKey, projection }) => ({
      indexName: name,
      partitionKey: attribute(partitionKey),
      sortKey: attribute(sortKey),
      projectionType: ProjectionType[projection],
    })),
    ...(definition.ttlAttribute === null ? {} : { timeToLiveAttribute: definition.ttlAttribute }),
    billing: Billing.onDemand(),
    encryption: TableEncryptionV2.awsManagedKey(),
    // cdk-nag's rule looks at other resources than TableV2's: test/infra holds this one.
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection,
    removalPolicy: removalOf({ deletionProtection }),
  });

/** CloudFormation itself deletes a bucket only when it is empty. */
const removalOf = ({ deletionProtection }: { readonly deletionProtection: boolean }): RemovalPolicy =>
  deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

const attribute = ({ name, type }: KeyAttribute): Attribute => ({
  name,
  type: type === 'S' ? AttributeType.STRING : AttributeType.NUMBER,
});

/**
 * Versions are off. An object is written once under its name, and a manifest is committed by the tables, not by its key. Nor would versions
 * help a restore: vectors have none, so tables of an earlier time need a reindex anyway, and the sources have everything that is in here.
 */
const objectBucket = (scope: Construct, removalPolicy: RemovalPolicy): Bucket => {
  const accessLogs = new Bucket(scope, 'access-logs', {
    ...closedBucket,
    removalPolicy,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    lifecycleRules: [{ id: 'expire', expiration: Duration.days(90) }],
  });
  Validations.of(accessLogs).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'It holds the access logs: logging its own writes would never end.',
  });
  return new Bucket(scope, 'objects', {
    ...closedBucket,
    removalPolicy,
    // CDK's interfaces say `x?: T` where its classes say `T | undefined`.
    serverAccessLogsBucket: accessLogs as IBucket,
    lifecycleRules: [
      { id: 'abandoned-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      // What the next job would sweep, of a repository that has none: tagged by adapters/s3/object-upload.ts. An
      // execution ends within 12 hours, and its resumption still finds all of its objects for a month.
      { id: 'abandoned-jobs', tagFilters: { lifetime: 'job' }, expiration: Duration.days(30) },
    ],
  });
};

/** What no bucket does without. */
export const closedBucket = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  // S3's own keys: with a KMS key, Step Functions' ItemReader and every function would need grants on it too.
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
} as const;
