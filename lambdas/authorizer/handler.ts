import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { compose, tokens } from '#ports';

const ports = compose({ tokens });

/**
 * API Gateway's token authorizer. A user whom it lets in may call the whole API: what a user may do with a repository is decided
 * by the repository's grants. `Unauthorized` is the word that API Gateway turns into a 401.
 */
export const handler = async (event: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
  const [, token] = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(event.authorizationToken ?? '') ?? [];
  const principal = token === undefined ? null : await ports.tokens.verify(token);
  if (principal === null) throw new Error('Unauthorized');
  return {
    principalId: principal.userId,
    // A context holds texts, numbers and truth values only.
    context: { rights: principal.rights.join(' ') },
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: apiOf(event.methodArn) }],
    },
  };
};

/** Every method of the stage, so that a cached answer of the authorizer holds for the next call too. */
const apiOf = (methodArn: string): string => `${methodArn.split('/').slice(0, 2).join('/')}/*`;
