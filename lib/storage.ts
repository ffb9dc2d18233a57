import { Duration, Fn, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  Billing,
  ProjectionType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { CfnVectorBucket } from 'aws-cdk-lib/aws-s3vectors';
import { Construct } from 'constructs';
import { jobIndexes, type KeyAttribute, type TableDefinition, tables } from '../core/contract/tables.ts';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import type { AppFunction } from './app-function.ts';

type ItemAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'ConditionCheckItem' | 'Query';
type VectorAction = 'CreateIndex' | 'DeleteIndex' | 'PutVectors' | 'GetVectors' | 'DeleteVectors' | 'QueryVectors';

/** What one function may do with the service's state. A transaction needs no action of its own: it counts as its items'. */
export interface StorageNeeds {
  readonly repositories?: readonly ItemAction[];
  readonly syncJobs?: readonly ItemAction[];
  /** The global secondary indexes of sync-jobs that the function queries. */
  readonly jobIndexes?: readonly (keyof typeof jobIndexes)[];
  /** `GetObject` also lists: without it S3 answers 403, not 404, for an object that is not there. */
  readonly objects?: readonly ('GetObject' | 'PutObject' | 'DeleteObject')[];
  readonly vectors?: readonly VectorAction[];
}

/** All state that outlives a request: two tables, the bucket of objects, the bucket of vectors. Kept when the stack goes. */
export class Storage extends Construct {
  readonly bucket: Bucket;
  /** The environment of whoever uses the tables. */
  readonly tableNames: { readonly REPOSITORIES_TABLE: string; readonly SYNC_JOBS_TABLE: string };
  /** The name of the bucket of vectors, which CloudFormation gives only inside its ARN. */
  readonly vectorBucketName: string;
  readonly #repositories: TableV2;
  readonly #syncJobs: TableV2;
  readonly #vectorBucket: CfnVectorBucket;

  constructor(scope: Construct, props: { readonly deletionProtection: boolean }) {
    super(scope, 'storage');
    this.#repositories = table(this, 'repositories', tables.repositories, props.deletionProtection);
    this.#syncJobs = table(this, 'sync-jobs', tables.syncJobs, props.deletionProtection);
    this.bucket = objectBucket(this);
    this.#vectorBucket = new CfnVectorBucket(this, 'vectors', { encryptionConfiguration: { sseType: 'AES256' } });
    this.#vectorBucket.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.tableNames = {
      REPOSITORIES_TABLE: this.#repositories.tableName,
      SYNC_JOBS_TABLE: this.#syncJobs.tableName,
    };
    // arn:aws:s3vectors:<region>:<account>:bucket/<name>
    this.vectorBucketName = Fn.select(1, Fn.split('/', this.#vectorBucket.attrVectorBucketArn));
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
    allow('s3', needs.objects, objectsArn);
    if (needs.objects?.includes('PutObject')) allow('s3', ['PutObjectTagging', 'AbortMultipartUpload'], objectsArn);
    if (needs.objects?.includes('GetObject')) allow('s3', ['ListBucket'], this.bucket.bucketArn);
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

const table = (scope: Construct, id: string, definition: TableDefinition, deletionProtection: boolean): TableV2 =>
  new TableV2(scope, id, {
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
    removalPolicy: RemovalPolicy.RETAIN,
  });

const attribute = ({ name, type }: KeyAttribute): Attribute => ({
  name,
  type: type === 'S' ? AttributeType.STRING : AttributeType.NUMBER,
});

/** Versions are off: an object is written once under its name, and a manifest is committed by the tables, not by its key. */
const objectBucket = (scope: Construct): Bucket => {
  const accessLogs = new Bucket(scope, 'access-logs', {
    ...closed,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    lifecycleRules: [{ id: 'expire', expiration: Duration.days(90) }],
  });
  Validations.of(accessLogs).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'It holds the access logs: logging its own writes would never end.',
  });
  return new Bucket(scope, 'objects', {
    ...closed,
    // CDK's interfaces say `x?: T` where its classes say `T | undefined`.
    serverAccessLogsBucket: accessLogs as IBucket,
    lifecycleRules: [
      { id: 'abandoned-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      // What the next job would sweep, of a repository that has none: tagged by adapters/aws/s3-object-upload.ts. An
      // execution ends within 12 hours, and its resumption still finds all of its objects for a month.
      { id: 'abandoned-jobs', tagFilters: { lifetime: 'job' }, expiration: Duration.days(30) },
    ],
  });
};

const closed = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  // S3's own keys: with a KMS key, Step Functions' ItemReader and every function would need grants on it too.
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  removalPolicy: RemovalPolicy.RETAIN,
} as const;
