import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import type { AppFunction } from './app-function.ts';

/** The stack's own name: a function of one stage may not read what another stage of the same account was given. */
const prefixOf = (scope: Construct): string => `${Stack.of(scope).stackName}/`;

/** The environment of each function that reads credentials. */
export const credentialsEnvironment = (scope: Construct) => ({ CREDENTIALS_PREFIX: prefixOf(scope) });

/**
 * Lets a function read the credentials of private sources, which an operator puts under one prefix: functions that run git, and those
 * that say whether a repository may name one (docs/adr/0009-who-may-use-what.md).
 */
export const grantCredentials = ({ lambda }: AppFunction): void => {
  const secrets = Stack.of(lambda).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${prefixOf(lambda)}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  lambda.addToRolePolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secrets] }));
  acknowledgeWildcard(
    lambda,
    secrets,
    'Credentials are made by operators, at any time; nothing but credentials is under this prefix.',
  );
};
