import { account, region } from './host-names.ts';

// biome-ignore lint/suspicious/noExplicitAny: JSON as CloudFormation defines it
type Json = any;

export interface EmulatedTemplate {
  readonly template: Json;
  /** As it was synthesised. */
  readonly original: Json;
  /** Every change that was made, by its name in `changes`: how often. */
  readonly made: ReadonlyMap<keyof typeof changes, number>;
}

/** The bucket of vectors is a stub's (test/unit/aws-s3-vectors-stub.ts), which knows one by this name. */
const vectorBucketArn = `arn:aws:s3vectors:${region}:${account}:bucket/vectors`;

/**
 * What the emulator cannot do as AWS does, and what stands for it. A change says whether a resource needed it. A test
 * holds each of them needed still: in our template, and by the emulator.
 */
export const changes = {
  /** It has no S3 Vectors. */
  vectorBucket: ({ id, resource, template }: Place): boolean => {
    if (resource.Type !== 'AWS::S3Vectors::VectorBucket') return false;
    delete template.Resources[id];
    return true;
  },
  /** Its alarms know single metrics only. */
  metricMath: ({ id, resource, template }: Place): boolean => {
    if (resource.Type !== 'AWS::CloudWatch::Alarm' || resource.Properties.Metrics === undefined) return false;
    delete template.Resources[id];
    return true;
  },
  /** Its CloudFormation has neither versions nor aliases of state machines: functions get the state machine itself. */
  stateMachineVersion: ({ id, resource, template }: Place): boolean => {
    if (!['AWS::StepFunctions::StateMachineVersion', 'AWS::StepFunctions::StateMachineAlias'].includes(resource.Type))
      return false;
    delete template.Resources[id];
    return true;
  },
  /** Its own way to run JavaScript flattens the types of errors, which the state machine retries by: AWS's client does not. */
  runtime: ({ resource }: Place): boolean => {
    if (resource.Type !== 'AWS::Lambda::Function' || resource.Properties.Runtime === undefined) return false;
    resource.Properties.Runtime = 'provided.al2023';
    return true;
  },
  /** It runs images in Docker only. */
  image: ({ resource }: Place): boolean => {
    if (resource.Type !== 'AWS::Lambda::Function' || resource.Properties.PackageType !== 'Image') return false;
    const { Code, ImageConfig } = resource.Properties;
    const hash = Code.ImageUri['Fn::Sub'].split(':').at(-1);
    delete resource.Properties.PackageType;
    delete resource.Properties.ImageConfig;
    resource.Properties.Runtime = 'provided.al2023';
    resource.Properties.Handler = ImageConfig.Command[0];
    resource.Properties.Code = { S3Bucket: `cdk-hnb659fds-assets-${account}-${region}`, S3Key: `${hash}.zip` };
    return true;
  },
} as const satisfies Record<string, (place: Place) => boolean>;

interface Place {
  readonly id: string;
  readonly resource: Json;
  readonly template: Json;
}

/** A template that the emulator deploys. */
export const emulatedTemplate = (original: Json): EmulatedTemplate => {
  const template = structuredClone(original);
  const made = new Map<keyof typeof changes, number>();
  for (const [id, resource] of Object.entries<Json>(template.Resources))
    for (const [name, change] of Object.entries(changes) as [keyof typeof changes, (typeof changes)['image']][])
      if (change({ id, resource, template })) made.set(name, (made.get(name) ?? 0) + 1);
  return { template: withStandIns(template, original), original, made };
};

/** References to what is not there any more, with what stands for it in their place. */
const withStandIns = (template: Json, original: Json): Json => {
  const idsOf = (type: string): string[] =>
    Object.keys(original.Resources).filter((id) => original.Resources[id].Type === type);
  const [stateMachine] = idsOf('AWS::StepFunctions::StateMachine');
  const aliases = idsOf('AWS::StepFunctions::StateMachineAlias');
  const replaced = (value: Json): Json => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(replaced);
    if (value['Fn::GetAtt']?.[1] === 'VectorBucketArn') return vectorBucketArn;
    if (aliases.includes(value.Ref)) return { Ref: stateMachine };
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, replaced(inner)]));
  };
  return replaced(template);
};
