import type { ConcreteTemplate } from './concrete-template.ts';
import type { Synthesised } from './synthesised.ts';

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

export interface RolePolicies {
  /** Statements of the policies that the template itself holds. */
  readonly statements: readonly Statement[];
  /** AWS's own policies, by ARN. */
  readonly managed: readonly string[];
}

/** What a function's role may do: everything of the template that names the role. */
export const rolePolicies = (
  { functions, ofType, resources }: Synthesised,
  concrete: ConcreteTemplate,
  functionName: string,
): RolePolicies => {
  const id: string = functions.get(functionName)?.properties.Role['Fn::GetAtt'][0];
  const role = resources[id]?.Properties;
  const attached = [...ofType('AWS::IAM::Policy'), ...ofType('AWS::IAM::ManagedPolicy')]
    .filter(([, { Properties }]) => (Properties.Roles ?? []).some((each: { Ref?: string }) => each.Ref === id))
    .map(([, { Properties }]) => Properties.PolicyDocument);
  const inline = (role.Policies ?? []).map(({ PolicyDocument }: { PolicyDocument: unknown }) => PolicyDocument);
  return {
    statements: [...attached, ...inline].flatMap(({ Statement }) => concrete.value(Statement) as Statement[]),
    managed: (role.ManagedPolicyArns ?? []).map((arn: unknown) => concrete.text(arn)),
  };
};
