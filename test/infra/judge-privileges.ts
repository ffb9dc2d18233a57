import { runSimulation } from '@cloud-copilot/iam-simulate';
import { type Authorisation, awsAccount } from '../support/aws-actions.ts';
import type { RolePolicies, Statement } from './role-policies.ts';

/** Something that a role may do although the function's own code never does it. */
export interface Unrecorded {
  /** The functions that may; all without. */
  readonly functions?: readonly string[];
  readonly actions: readonly string[];
  readonly reason: string;
}

/** What is wrong with one function's role, each as a sentence; nothing when it is just right. */
export const judgePrivileges = async (
  functionName: string,
  policies: RolePolicies,
  calls: readonly Authorisation[],
  unrecorded: readonly Unrecorded[],
): Promise<readonly string[]> => [
  ...(await missing(functionName, policies, calls)),
  ...(await unused(functionName, policies, calls, unrecorded)),
];

/** Whether some call would be refused if the role had only its other statements. */
export const isNeeded = async (
  statement: Statement,
  others: readonly Statement[],
  calls: readonly Authorisation[],
): Promise<boolean> => {
  const actions = [statement.Action].flat();
  for (const call of calls) if (actions.includes(call.action) && !(await isAllowed(others, call))) return true;
  return false;
};

const missing = async (functionName: string, { statements }: RolePolicies, calls: readonly Authorisation[]) => {
  const found: string[] = [];
  for (const call of calls)
    if (!(await isAllowed(statements, call)))
      found.push(`${functionName} calls ${call.action} on ${call.resource}, which its role does not allow`);
  return found;
};

/** Each action on each resource of each statement stands for itself: one that no call needs is one too many. */
const unused = async (
  functionName: string,
  { statements }: RolePolicies,
  calls: readonly Authorisation[],
  unrecorded: readonly Unrecorded[],
) => {
  const found: string[] = [];
  for (const { Action, Resource, ...rest } of statements.filter(({ Effect }) => Effect === 'Allow')) {
    for (const action of [Action].flat()) {
      if (isExcepted(unrecorded, functionName, action)) continue;
      const candidates = calls.filter((call) => call.action === action);
      for (const resource of [Resource].flat()) {
        const single: Statement = { ...rest, Action: action, Resource: resource };
        if (!(await isAnyAllowed(single, candidates)))
          found.push(`${functionName} may ${action} on ${resource}, which nothing that it does needs`);
      }
    }
  }
  return found;
};

export const isExcepted = (unrecorded: readonly Unrecorded[], functionName: string, action: string): boolean =>
  unrecorded.some(({ functions, actions }) => actions.includes(action) && (functions?.includes(functionName) ?? true));

const isAnyAllowed = async (statement: Statement, calls: readonly Authorisation[]): Promise<boolean> => {
  for (const call of calls) if (await isAllowed([statement], call)) return true;
  return false;
};

/** Asks the simulator. It throws for an action that IAM does not know, and for a resource that the action is not about. */
const isAllowed = async (statements: readonly Statement[], call: Authorisation): Promise<boolean> => {
  const { action, resource, context = {} } = call;
  const result = await runSimulation(
    {
      request: {
        principal: `arn:${awsAccount.partition}:iam::${awsAccount.id}:role/function`,
        action,
        resource: { resource, accountId: awsAccount.id },
        contextVariables: { ...context },
      },
      identityPolicies: [{ name: 'role', policy: { Version: '2012-10-17', Statement: statements } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    { simulationMode: 'Strict' },
  );
  if (result.resultType === 'error')
    throw new Error(`cannot judge ${action} on ${resource}: ${JSON.stringify(result.errors)}`);
  return result.overallResult === 'Allowed';
};
