import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { credentialSecretPrefix } from '../core/contract/aws-names.ts';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import type { AppFunction } from './app-function.ts';

/** Lets a function that runs git read the credentials of private sources: secrets that an operator puts under one prefix. */
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
