import { describe, expect, it } from 'vitest';
import { type Resource, type Synthesised, synthesise } from './synthesised.ts';

const [one, other] = [synthesise({}, 'One'), synthesise({}, 'Other')];

/** Names that CloudFormation gives hold the stack's name, so a reference to a resource is never another stage's. */
const isOwn = (value: unknown): boolean => /"(Ref|Fn::GetAtt)":\[?"(?!AWS::)/.test(JSON.stringify(value));

/** What both stages have, word for word. */
const shared = (of: (stage: Synthesised) => readonly unknown[]): string[] => {
  const [first, second] = [one, other].map(
    (stage) =>
      new Set(
        of(stage)
          .filter((each) => !isOwn(each))
          .map((each) => JSON.stringify(each)),
      ),
  );
  return [...(first ?? [])].filter((each) => second?.has(each));
};

/** Names that are known inside their API, function, state machine, role or user pool only. */
const inner =
  /^AWS::(IAM::Policy|Cognito::UserPoolGroup|StepFunctions::StateMachineAlias|ApiGateway::(Stage|Model|Authorizer|Method|GatewayResponse)|Lambda::(Alias|Permission|EventInvokeConfig))$/;

interface MetricOf {
  readonly Namespace: string;
  readonly Dimensions?: unknown;
  readonly Metrics?: readonly { readonly MetricStat?: { readonly Metric: MetricOf } }[];
}
const alarmed = ({ Namespace, Dimensions, Metrics }: MetricOf): unknown[] =>
  Metrics === undefined
    ? [{ Namespace, Dimensions }]
    : Metrics.flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : alarmed(MetricStat.Metric)));

describe('two stages of one account and region', () => {
  it('have no name in common', () => {
    const names = ({ resources }: Synthesised) =>
      Object.values(resources)
        .filter(({ Type }) => !inner.test(Type))
        .flatMap(({ Type, Properties }) =>
          Object.entries(Properties ?? {})
            .filter(([key]) => key !== 'MetricName' && /Name$/.test(key))
            .map(([key, value]) => ({ Type, key, value })),
        );
    expect(shared(names)).toEqual([]);
  });

  it('have no metric in common, so that one’s errors never wake the other’s people', () => {
    const metrics = ({ ofType }: Synthesised) =>
      ofType('AWS::CloudWatch::Alarm').flatMap(([, { Properties }]) => alarmed(Properties));
    expect(metrics(one).length).toBeGreaterThan(20);
    expect(shared(metrics)).toEqual([]);
  });

  it('show their own numbers, and the throttles of Bedrock, whose quota they share', () => {
    const graphs = ({ one: only }: Synthesised) => {
      const body: unknown[] = only('AWS::CloudWatch::Dashboard').Properties.DashboardBody['Fn::Join'][1];
      // Each reference is a quotation by itself: what two stages show alike holds none.
      const text = body.map((part) => (typeof part === 'string' ? part : `{{${JSON.stringify(part)}}}`)).join('');
      return [...text.matchAll(/\["(AWS\/[A-Za-z]+|RepositorySync[^"]*)",("[^\]]*)\]/g)].map(([, namespace, rest]) => ({
        namespace,
        rest: rest?.includes('{{') ? { Ref: 'own' } : rest?.split(',{')[0],
      }));
    };
    expect(graphs(one).length).toBeGreaterThan(20);
    expect(shared(graphs)).toEqual([JSON.stringify({ namespace: 'AWS/Bedrock', rest: '"InvocationThrottles"' })]);
  });

  it('may reach nothing in common but the model, and what knows no resource', () => {
    const reached = ({ ofType }: Synthesised) =>
      ofType('AWS::IAM::Policy').flatMap(([, { Properties }]) =>
        Properties.PolicyDocument.Statement.flatMap(({ Resource: each }: Resource['Properties']) => [each].flat()),
      );
    expect(shared(reached).map((each) => each.replace(/^.*::foundation-model/, 'foundation-model'))).toEqual([
      '"*"',
      'foundation-model/cohere.embed-v4:0"]]}',
    ]);
  });
});
