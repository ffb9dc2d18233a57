import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateVectorBucketCommand, S3VectorsClient } from '@aws-sdk/client-s3vectors';
import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { motoCloudFormation, type StackResource } from './moto-cloudformation.ts';
import { motoTemplate, type Template } from './moto-template.ts';

const assets = 'assets';
const vectorBucket = 'vectors-of-the-stack';
const scheduleGroup = 'schedules-of-the-stack';
/** moto's only account. */
const vectorBucketArn = `arn:aws:s3vectors:eu-central-1:123456789012:bucket/${vectorBucket}`;
/** The end of an archive without files: the functions are deployed, and none is run. */
const emptyArchive = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);

export interface DeployedStack {
  readonly status: string | null;
  readonly resources: readonly StackResource[];
  /** What was deployed. */
  readonly template: Template;
}

/** Puts the functions' code and the template where CDK would, and has moto's CloudFormation deploy them. */
export const deployToMoto = async (endpoint: string, StackName: string, template: Template): Promise<DeployedStack> => {
  const s3 = new S3Client({});
  const put = (Bucket: string, Key: string, Body: Buffer | string) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const create = (Bucket: string) =>
    s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }));
  await new S3VectorsClient({}).send(new CreateVectorBucketCommand({ vectorBucketName: vectorBucket }));
  await new SchedulerClient({}).send(new CreateScheduleGroupCommand({ Name: scheduleGroup }));
  const deployed = motoTemplate(template, {
    ref: (id, type) => (type === 'AWS::Scheduler::ScheduleGroup' ? scheduleGroup : `stand-in-${id}`),
    attribute: (id, type, name) => {
      if (type === 'AWS::S3Vectors::VectorBucket' && name === 'VectorBucketArn') return vectorBucketArn;
      return `arn:aws:stand-in:eu-central-1:123456789012:${id}/${name}`;
    },
  });
  const code = Object.values(deployed.Resources).flatMap(({ Properties }) => {
    const { S3Key, S3Bucket } = Properties?.Code ?? {};
    return S3Key === undefined ? [] : [{ key: String(S3Key), bucket: bucketName(S3Bucket) }];
  });
  for (const bucket of new Set(code.map((each) => each.bucket))) await create(bucket);
  for (const { bucket, key } of code) await put(bucket, key, emptyArchive);
  await create(assets);
  await put(assets, `${StackName}.json`, JSON.stringify(deployed));
  const cloudFormation = motoCloudFormation(endpoint);
  await cloudFormation.bootstrap();
  await cloudFormation.createStack(StackName, `https://s3.eu-central-1.amazonaws.com/${assets}/${StackName}.json`);
  return {
    status: await cloudFormation.status(StackName),
    resources: await cloudFormation.resources(StackName),
    template: deployed,
  };
};

/** The name of CDK's bucket of assets, which names its account and region. */
const bucketName = (value: string | { readonly 'Fn::Sub': string }): string =>
  (typeof value === 'string' ? value : value['Fn::Sub'])
    .replace(/\$\{AWS::AccountId\}/g, '123456789012')
    .replace(/\$\{AWS::Region\}/g, 'eu-central-1');
