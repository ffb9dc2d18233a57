import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import type { AppFunction } from './app-function.ts';

/** The stack's own name: a function of one stage may not read what another stage of the same account was given. */
const prefixOf = (scope: Construct): string => `${Stack.of(scope).stackName}/`;

/** The environment of each function that runs git. */
export const credentialsEnvironment = (scope: Construct) => ({ CREDENTIALS_PREFIX: prefixOf(scope) });

/** Lets a function that runs git read the credentials of private sources: secrets that an operator puts under one prefix. */
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
