import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { resolved, synthesise } from './synthesised.ts';

// CommonJS without types.
const validate: (definition: unknown) => { isValid: boolean; errors: unknown[] } = createRequire(import.meta.url)(
  'asl-validator',
);

const { one, functions, ofType, resources } = synthesise();
const machine = one('AWS::StepFunctions::StateMachine').Properties;
const text: string = machine.DefinitionString;
const substitutions: Record<string, unknown> = machine.DefinitionSubstitutions;
const definition = JSON.parse(
  text.replaceAll(/\$\{(\w+)\}/g, (_, name) => resolved(substitutions[name] ?? `unknown-${name}`)),
);

/** The function that a version, by its logical id, is of. */
const functionOf = (version: string): string => resources[version]?.Properties.FunctionName.Ref;

interface State {
  readonly Type: string;
  readonly TimeoutSeconds?: number;
  readonly Arguments?: { readonly FunctionName?: string };
  readonly ItemProcessor?: { readonly States: Record<string, State> };
}
const tasks = (states: Record<string, State>): State[] =>
  Object.values(states).flatMap((state) => [
    ...(state.Type === 'Task' ? [state] : []),
    ...(state.ItemProcessor === undefined ? [] : tasks(state.ItemProcessor.States)),
  ]);

describe('the definition', () => {
  it('has every substitution that it names, and no other', () => {
    const named = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    expect(Object.keys(substitutions).sort()).toEqual([...named].sort());
  });

  it('is one that Step Functions takes', () => {
    expect(validate(definition)).toMatchObject({ isValid: true, errors: [] });
  });

  it('calls functions of this stack, which end before the state gives them up', () => {
    const byId = new Map([...functions.values()].map(({ id, properties }) => [id, properties]));
    for (const { Arguments, TimeoutSeconds } of tasks(definition.States)) {
      const called = byId.get(functionOf(Arguments?.FunctionName ?? ''));
      expect(called?.Timeout + 30).toBe(TimeoutSeconds);
    }
    expect(tasks(definition.States).length).toBeGreaterThanOrEqual(7);
  });
});

describe('a job that runs while another version is deployed', () => {
  const changed = synthesise({ maxConcurrency: 8 });
  const other: Record<string, unknown> = changed.one('AWS::StepFunctions::StateMachine').Properties
    .DefinitionSubstitutions;

  it('calls functions by a version each, which stays when the next one is there', () => {
    for (const [name, version] of Object.entries(substitutions).filter(([name]) => name.endsWith('Function'))) {
      const { Type, DeletionPolicy } = resources[resolved(version)] ?? {};
      expect([Type, DeletionPolicy], name).toEqual(['AWS::Lambda::Version', 'Retain']);
    }
  });

  it('is not touched by the next version: a changed function is another version, and so another definition', () => {
    expect(resolved(other.BeginSyncFunction)).not.toBe(resolved(substitutions.BeginSyncFunction));
    expect(resolved(other.PullFunction)).toBe(resolved(substitutions.PullFunction));
  });

  it('was started by the alias, which names one version of the state machine', () => {
    const [aliasId] = ofType('AWS::StepFunctions::StateMachineAlias')[0] ?? [];
    const [versionId, version] = ofType('AWS::StepFunctions::StateMachineVersion')[0] ?? [];
    const [machineId] = ofType('AWS::StepFunctions::StateMachine')[0] ?? [];
    expect(one('AWS::StepFunctions::StateMachineAlias').Properties.RoutingConfiguration).toEqual([
      { StateMachineVersionArn: { Ref: versionId }, Weight: 100 },
    ]);
    expect(version).toMatchObject({
      Properties: { StateMachineRevisionId: { 'Fn::GetAtt': [machineId, 'StateMachineRevisionId'] } },
      UpdateReplacePolicy: 'Retain',
    });
    const starters = [...functions.values()].map(
      ({ properties }) => properties.Environment.Variables.STATE_MACHINE_ARN,
    );
    expect(new Set(starters.filter(Boolean).map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify({ Ref: aliasId })]),
    );
  });
});

describe('the state machine', () => {
  it('is traced, and logs every event without its data', () => {
    expect(machine.TracingConfiguration).toEqual({ Enabled: true });
    expect(machine.LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
  });

  const statements = ofType('AWS::IAM::Policy')
    .filter(([, { Properties }]) => Properties.Roles[0].Ref === machine.RoleArn['Fn::GetAtt'][0])
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .map(({ Action, Resource }) => ({ actions: [Action].flat(), resources: [Resource].flat().map(resolved) }));
  const allowed = (action: string) =>
    statements.filter(({ actions }) => actions.includes(action)).flatMap((statement) => statement.resources);
  const [id] = ofType('AWS::StepFunctions::StateMachine')[0] ?? [];
  const bucket = substitutions.Bucket as { Ref: string };

  it('may call every version of the functions that it names, and no others', () => {
    const called = Object.entries(substitutions).filter(([name]) => name.endsWith('Function'));
    expect(allowed('lambda:InvokeFunction').sort()).toEqual(
      called.map(([, version]) => `${functionOf(resolved(version))}.Arn:*`).sort(),
    );
  });

  it('may run the children of its Map', () => {
    expect(allowed('states:StartExecution')).toEqual([id]);
    const children = [`arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:${id}.Name/*`];
    expect(allowed('states:DescribeExecution')).toEqual(children);
    expect(allowed('states:StopExecution')).toEqual(children);
    expect(allowed('states:RedriveExecution')).toEqual([]);
  });

  it('may read the Map’s items and write its results, where the definition has them', () => {
    const items = `${bucket.Ref}.Arn/repositories/*/jobs/*/items.jsonl`;
    expect(allowed('s3:GetObject')).toEqual([items, `${items}.map/*`]);
    expect(allowed('s3:PutObject')).toEqual([`${items}.map/*`]);
    expect(definition.States.EmbedMany.ResultWriter.Arguments).toEqual({
      Bucket: bucket.Ref,
      Prefix: "{% $states.input.items_key & '.map' %}",
    });
  });

  it('does not wait for the policy that names it', () => {
    const policy = ofType('AWS::IAM::Policy').find(([, { Properties }]) =>
      JSON.stringify(Properties.PolicyDocument).includes('execution:'),
    );
    const dependencies = (resources[id ?? ''] as unknown as { DependsOn?: string[] }).DependsOn ?? [];
    expect(dependencies).not.toContain(policy?.[0]);
  });
});

describe.each([
  ['reconcile-syncs', 'reconciler'],
  ['dispatch-due', 'dispatcher'],
])('%s', (name, prefix) => {
  it('is called each minute, and what fails is kept', () => {
    const { id } = functions.get(name) ?? {};
    const rules = ofType('AWS::Events::Rule').filter(
      ([, { Properties }]) =>
        Properties.ScheduleExpression !== undefined && resolved(Properties.Targets[0].Arn) === `${id}.Arn`,
    );
    expect(rules).toHaveLength(1);
    const { ScheduleExpression, State, Targets } = rules[0]?.[1].Properties ?? {};
    const [[queueId] = []] = ofType('AWS::SQS::Queue').filter(([each]) => each.startsWith(prefix));
    const queue = `${queueId}.Arn`;
    expect([ScheduleExpression, State]).toEqual(['rate(1 minute)', 'ENABLED']);
    expect(Targets).toHaveLength(1);
    expect(resolved(Targets[0].DeadLetterConfig.Arn)).toBe(queue);
    const invocation = ofType('AWS::Lambda::EventInvokeConfig').find(
      ([, { Properties }]) => resolved(Properties.FunctionName) === id,
    )?.[1].Properties;
    expect(resolved(invocation.DestinationConfig.OnFailure.Destination)).toBe(queue);
    expect(invocation).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
  });
});

describe('the dispatcher', () => {
  it('is called as soon as a delivery is put into the outbox or what a repository owes has changed, and for nothing else in the table', () => {
    const mapping = one('AWS::Lambda::EventSourceMapping').Properties;
    const [[jobs] = []] = ofType('AWS::DynamoDB::GlobalTable').filter(([each]) => each.startsWith('storagesyncjobs'));
    expect(resolved(mapping.FunctionName)).toBe(functions.get('dispatch-due')?.id);
    expect(resolved(mapping.EventSourceArn)).toBe(`${jobs}.StreamArn`);
    expect(mapping).toMatchObject({ StartingPosition: 'LATEST', MaximumRetryAttempts: 1 });
    expect(mapping.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern))).toEqual([
      { eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: [{ prefix: 'msg-' }] } } } },
      { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: ['FOLLOW-UP'] } } } },
    ]);
    const [[queue] = []] = ofType('AWS::SQS::Queue').filter(([each]) => each.startsWith('dispatcher'));
    expect(resolved(mapping.DestinationConfig.OnFailure.Destination)).toBe(`${queue}.Arn`);
    expect(resources[jobs ?? '']?.Properties.StreamSpecification).toEqual({ StreamViewType: 'KEYS_ONLY' });
  });
});
