import type { Resource } from '../infra/synthesised.ts';

/** A synthesised template, as JSON. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly [section: string]: unknown;
}

/**
 * The types of our template that moto's CloudFormation (moto 5.2.5) does not know, each with what stands for it when the
 * rest is deployed. test/aws/stack.spec.ts holds the list against the template and against moto: a type that is missing
 * here, or that moto has learned, fails it.
 */
export const unknownToMoto: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::GlobalTable': 'Deployed as an AWS::DynamoDB::Table of the same keys, indexes, stream and settings.',
  'AWS::S3Vectors::VectorBucket': 'Made by the service’s own API, which moto has.',
  'AWS::Scheduler::ScheduleGroup': 'Made by the service’s own API, which moto has.',
  'AWS::Cognito::UserPool': 'Left out; functions get a name in its place. test/infra.',
  'AWS::Cognito::UserPoolClient': 'Left out; functions get a name in its place. test/infra.',
  'AWS::Cognito::UserPoolGroup': 'Left out. test/infra.',
  'AWS::ApiGateway::Authorizer': 'Left out. test/infra, and the local gateway with the same authorizer function.',
  'AWS::ApiGateway::GatewayResponse': 'Left out. test/infra.',
  'AWS::ApiGateway::Model': 'Left out. test/infra.',
  'AWS::ApiGateway::Stage': 'Left out. test/infra.',
  'AWS::CloudWatch::Alarm': 'Left out. test/infra.',
  'AWS::Logs::MetricFilter': 'Left out. test/infra.',
  'AWS::SNS::TopicPolicy': 'Left out. test/infra.',
  'AWS::StepFunctions::StateMachineVersion': 'Left out. test/infra.',
  'AWS::StepFunctions::StateMachineAlias': 'Left out: functions get the state machine itself. test/infra.',
  'AWS::Lambda::EventInvokeConfig': 'Left out. test/infra.',
  'AWS::S3::BucketPolicy': 'Left out. test/infra.',
  'AWS::SQS::QueuePolicy': 'Left out. test/infra.',
};

/** What a resource that is left out is said to be, by the kind of reference. */
export interface StandIns {
  ref(id: string, type: string): string;
  attribute(id: string, type: string, name: string): string;
}

/** The template with what moto does not know left out, stood in for, or said in words that it knows. */
export const motoTemplate = (template: Template, standIns: StandIns): Template => {
  const typeOf = (id: string): string | null => {
    const type = template.Resources[id]?.Type ?? '';
    return type in unknownToMoto && type !== 'AWS::DynamoDB::GlobalTable' ? type : null;
  };
  const [stateMachine = ''] =
    Object.entries(template.Resources).find(([, { Type }]) => Type === 'AWS::StepFunctions::StateMachine') ?? [];
  const kept = Object.entries(template.Resources).filter(([id]) => typeOf(id) === null);
  const replaced = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replaced);
    if (typeof value !== 'object' || value === null) return value;
    const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
    const [id, name] = attribute ?? [Ref, null];
    const type = typeof id === 'string' ? typeOf(id) : null;
    if (type === 'AWS::StepFunctions::StateMachineAlias') return { Ref: stateMachine };
    const version = typeof Ref === 'string' ? template.Resources[Ref] : undefined;
    // moto's own answer is the version's logical id, which names nothing: the function stands for it.
    if (version?.Type === 'AWS::Lambda::Version') return { 'Fn::GetAtt': [version.Properties.FunctionName.Ref, 'Arn'] };
    if (id !== undefined && type !== null)
      return name === null ? standIns.ref(id, type) : standIns.attribute(id, type, name);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each)]));
  };
  const resources = kept.map(
    ([id, { DependsOn, ...resource }]: [string, Resource & { DependsOn?: string | string[] }]) => {
      const depends = [DependsOn ?? []].flat().filter((each) => typeOf(each) === null);
      return [id, { ...inMotosWords(resource), ...(depends.length === 0 ? {} : { DependsOn: depends }) }];
    },
  );
  return replaced({ ...template, Resources: Object.fromEntries(resources) }) as Template;
};

/**
 * A global table of one replica is a table: what its replica says of itself moves up. A state machine's substitutions,
 * which moto drops, are what Fn::Sub does.
 */
const inMotosWords = ({ Properties, ...resource }: Resource): Resource => {
  switch (resource.Type) {
    case 'AWS::DynamoDB::GlobalTable': {
      const { Replicas, ...properties } = Properties;
      const [{ DeletionProtectionEnabled, PointInTimeRecoverySpecification }, ...others] = Replicas;
      if (others.length > 0) throw new Error('a table of several regions is no AWS::DynamoDB::Table');
      const table = { ...properties, DeletionProtectionEnabled, PointInTimeRecoverySpecification };
      return { ...resource, Type: 'AWS::DynamoDB::Table', Properties: table };
    }
    case 'AWS::StepFunctions::StateMachine': {
      const { DefinitionString, DefinitionSubstitutions, ...properties } = Properties;
      const definition = { 'Fn::Sub': [DefinitionString, DefinitionSubstitutions] };
      return { ...resource, Properties: { ...properties, DefinitionString: definition } };
    }
    default:
      return { ...resource, Properties };
  }
};

/** One resource of each type, with `stand-in` in the place of every reference: for asking moto whether it knows the type. */
export const oneOfEach = ({ Resources }: Template, types: readonly string[]): Template => ({
  Resources: Object.fromEntries(
    types.flatMap((type) => {
      const [id, resource] = Object.entries(Resources).find(([, { Type }]) => Type === type) ?? [];
      if (id === undefined || resource === undefined) return [];
      return [[id, { Type: type, Properties: withoutReferences(resource.Properties) }]];
    }),
  ),
});

const withoutReferences = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutReferences);
  if (typeof value !== 'object' || value === null) return value;
  const [key = ''] = Object.keys(value);
  if (key === 'Ref' || key.startsWith('Fn::')) return 'stand-in';
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutReferences(each)]));
};
