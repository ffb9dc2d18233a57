import { CfnParameter } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** Whose tokens open the API: the organisation's OIDC issuer, given at deployment (`cdk deploy --parameters`). */
export class TokenIssuer extends Construct {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;

  constructor(scope: Construct) {
    super(scope, 'token');
    const address = { type: 'String', allowedPattern: '^https://[^\\s]+$' };
    this.issuer = new CfnParameter(this, 'issuer', {
      ...address,
      description: 'What the tokens’ iss claim must be: the OIDC issuer’s address.',
    }).valueAsString;
    this.audience = new CfnParameter(this, 'audience', {
      type: 'String',
      allowedPattern: '^[^\\s]+$',
      description: 'What the tokens’ aud claim must hold.',
    }).valueAsString;
    this.jwksUri = new CfnParameter(this, 'jwks', {
      ...address,
      description: 'Where the issuer’s public keys are (jwks_uri of its OpenID configuration).',
    }).valueAsString;
  }
}
