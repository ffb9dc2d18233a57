import { Stack, Validations } from 'aws-cdk-lib';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import type { IConstruct } from 'constructs';

/**
 * Tells cdk-nag why a policy under `scope` may name this resource with a wildcard. cdk-nag knows a finding by the
 * resource as the template names it, so it is made from the same token that the statement was given.
 */
export const acknowledgeWildcard = (scope: IConstruct, resource: string, reason: string): void => {
  const finding = flattenCfnReference(Stack.of(scope).resolve(resource));
  Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[Resource::${finding}]`, reason });
};
