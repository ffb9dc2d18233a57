import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { credentialSecretPrefix } from '../core/contract/aws-names.ts';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import type { AppFunction } from './app-function.ts';

/**
 * Lets a function read the credentials of private sources, which an operator puts under one prefix: those that run git, and those that
 * say whether a repository may name one (docs/adr/0009-who-may-use-what.md).
 */
export const grantCredentials = ({ lambda }: AppFunction): void => {
  const secrets = Stack.of(lambda).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${credentialSecretPrefix}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  lambda.addToRolePolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secrets] }));
  acknowledgeWildcard(
    lambda,
    secrets,
    'Credentials are made by operators, at any time; nothing but credentials is under this prefix.',
  );
};
