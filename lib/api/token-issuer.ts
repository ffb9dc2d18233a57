import { CfnOutput, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { type CfnUserPool, FeaturePlan, Mfa, UserPool } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { rights } from '../../core/contract/rights.ts';
import type { OidcIssuer } from '../stages.ts';

export interface TokenIssuerProps {
  /** Absent: a Cognito user pool of the stack's own. */
  readonly oidc?: OidcIssuer | undefined;
  /** Whether the pool, which holds people's accounts, stays when the stack goes. */
  readonly keep: boolean;
}

/** Whose tokens open the API. */
export class TokenIssuer extends Construct implements OidcIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;

  constructor(scope: Construct, { oidc, keep }: TokenIssuerProps) {
    super(scope, 'token');
    const { issuer, audience, jwksUri } = oidc ?? this.#userPool(keep);
    this.issuer = issuer;
    this.audience = audience;
    this.jwksUri = jwksUri;
  }

  /** Accounts are made by administrators. An id token's `aud` is the client's id (Cognito guide, "Understanding the ID token"). */
  #userPool(keep: boolean): OidcIssuer {
    const pool = new UserPool(this, 'users', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { sms: false, otp: true },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      featurePlan: FeaturePlan.ESSENTIALS,
      deletionProtection: keep,
      removalPolicy: keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(pool.node.defaultChild as CfnUserPool).acknowledge(
      {
        id: 'AwsSolutions-COG2',
        reason:
          'A second factor is each user’s choice: tokens are fetched by scripts too. A deployment that needs more can use its own issuer.',
      },
      {
        id: 'AwsSolutions-COG3',
        reason:
          'Threat protection is part of the Plus plan, which costs money for each user. An operator who wants it can turn it on.',
      },
      {
        id: 'AwsSolutions-COG8',
        reason: 'The Essentials plan has what is needed; threat protection, which Plus adds, costs for each user.',
      },
    );
    // Its name is the right: an id token tells its user's groups, and no scopes.
    pool.addGroup('registrants', { groupName: rights.register, description: 'May register repositories.' });
    const client = pool.addClient('api', {
      authFlows: { userPassword: true, userSrp: true },
      // A secret cannot be kept by a command line; the user's password is what counts.
      generateSecret: false,
      disableOAuth: true,
      preventUserExistenceErrors: true,
      idTokenValidity: Duration.hours(1),
    });
    new CfnOutput(Stack.of(this), 'UserPool', { value: pool.userPoolId, description: 'Where users are made.' });
    new CfnOutput(Stack.of(this), 'UserPoolClient', {
      value: client.userPoolClientId,
      description: 'What users ask for tokens.',
    });
    const { region, urlSuffix } = Stack.of(this);
    const issuer = `https://cognito-idp.${region}.${urlSuffix}/${pool.userPoolId}`;
    return { issuer, audience: client.userPoolClientId, jwksUri: `${issuer}/.well-known/jwks.json` };
  }
}
