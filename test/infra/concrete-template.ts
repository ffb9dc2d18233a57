import { awsAccount } from '../support/aws-actions.ts';
import type { Resource } from './synthesised.ts';

const { partition, region, id: account } = awsAccount;

/** Names and ARNs that CloudFormation might give, for one account. An attribute that nobody has asked for yet throws. */
export interface ConcreteTemplate {
  /** A value of the template with every intrinsic function worked out. */
  value(template: unknown): unknown;
  /** The same, where only a text makes sense. */
  text(template: unknown): string;
}

export const concreteTemplate = (resources: Readonly<Record<string, Resource>>): ConcreteTemplate => {
  const arn = (service: string, resource: string) => `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const [machineId = ''] =
    Object.entries(resources).find(([, { Type }]) => Type === 'AWS::StepFunctions::StateMachine') ?? [];
  const named: Readonly<Record<string, (id: string) => Readonly<Record<string, string>>>> = {
    'AWS::DynamoDB::GlobalTable': (id) => ({
      Ref: id,
      Arn: arn('dynamodb', `table/${id}`),
      StreamArn: arn('dynamodb', `table/${id}/stream/2026-01-01T00:00:00.000`),
    }),
    'AWS::S3::Bucket': (id) => ({ Ref: id.toLowerCase(), Arn: `arn:${partition}:s3:::${id.toLowerCase()}` }),
    // There is one, and this is what its stub (test/support/aws-s3-vectors-stub.ts) is called.
    'AWS::S3Vectors::VectorBucket': () => ({ VectorBucketArn: arn('s3vectors', 'bucket/vectors') }),
    'AWS::StepFunctions::StateMachine': (id) => ({
      Ref: arn('states', `stateMachine:${id}`),
      Arn: arn('states', `stateMachine:${id}`),
      Name: id,
    }),
    'AWS::StepFunctions::StateMachineAlias': () => ({
      Ref: arn('states', `stateMachine:${machineId}:live`),
    }),
    'AWS::Lambda::Version': (id) => ({
      Ref: arn('lambda', `function:${resources[id]?.Properties.FunctionName.Ref}:1`),
    }),
    'AWS::Lambda::Function': (id) => ({ Ref: id, Arn: arn('lambda', `function:${id}`) }),
    'AWS::SQS::Queue': (id) => ({
      Ref: `https://sqs.${region}.amazonaws.com/${account}/${id}`,
      Arn: arn('sqs', id),
      QueueName: id,
    }),
    'AWS::SNS::Topic': (id) => ({ Ref: arn('sns', id), TopicArn: arn('sns', id), TopicName: id }),
    'AWS::IAM::Role': (id) => ({ Ref: id, Arn: `arn:${partition}:iam::${account}:role/${id}` }),
    'AWS::Scheduler::ScheduleGroup': (id) => ({ Ref: id, Arn: arn('scheduler', `schedule-group/${id}`) }),
    'AWS::Logs::LogGroup': (id) => ({ Ref: id, Arn: arn('logs', `log-group:${id}:*`) }),
    'AWS::KMS::Key': (id) => ({ Ref: id, Arn: arn('kms', `key/${id}`) }),
  };
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': 'Sync',
  };

  const attribute = (id: string, name: string): string => {
    const type = resources[id]?.Type ?? 'nothing';
    const found = named[type]?.(id)[name];
    if (found === undefined) throw new Error(`concrete-template.ts does not know ${name} of ${id} (${type})`);
    return found;
  };
  // Most types' Ref is a name, and one name is as good as another.
  const ref = (id: string): string => pseudo[id] ?? named[resources[id]?.Type ?? '']?.(id).Ref ?? id;

  const value = (template: unknown): unknown => {
    if (Array.isArray(template)) return template.map(value);
    if (typeof template !== 'object' || template === null) return template;
    const entries = Object.entries(template);
    const [[intrinsic, argument] = ['', null]] = entries;
    if (entries.length > 1 || !/^(Ref$|Fn::)/.test(intrinsic))
      return Object.fromEntries(entries.map(([name, each]) => [name, value(each)]));
    const list = argument as [never, never];
    switch (intrinsic) {
      case 'Ref':
        return ref(String(argument));
      case 'Fn::GetAtt':
        return attribute(list[0], list[1]);
      case 'Fn::Join':
        return (list[1] as unknown[]).map(text).join(list[0]);
      case 'Fn::Split':
        return text(list[1]).split(list[0]);
      case 'Fn::Select':
        return (value(list[1]) as unknown[])[Number(list[0])];
      default:
        throw new Error(`concrete-template.ts does not know ${JSON.stringify(template)}`);
    }
  };
  const text = (template: unknown): string => {
    const found = value(template);
    if (typeof found !== 'string') throw new Error(`not a text: ${JSON.stringify(template)}`);
    return found;
  };
  return { value, text };
};
