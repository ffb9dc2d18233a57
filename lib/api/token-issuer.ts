import { CfnOutput, Duration, Lazy, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  CfnManagedLoginBranding,
  type CfnUserPool,
  FeaturePlan,
  ManagedLoginVersion,
  Mfa,
  OAuthScope,
  UserPool,
  type UserPoolClientOptions,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { ConsoleSignInConfig } from '../../core/contract/console-page.ts';
import { rights } from '../../core/contract/rights.ts';
import type { ConsoleSettings, OidcIssuer } from '../stages.ts';

export interface TokenIssuerProps {
  /** Absent: a Cognito user pool of the stack's own. */
  readonly oidc?: OidcIssuer | undefined;
  /** Whether the pool, which holds people's accounts, stays when the stack goes. */
  readonly keep: boolean;
  /** How users of the console sign in; absent where there is none. */
  readonly console?: ConsoleSettings | undefined;
}

/** How the console's users sign in, and with whom its page speaks for that. */
export interface ConsoleSignIn {
  readonly config: ConsoleSignInConfig;
  readonly origins: readonly string[];
}

/** Whose tokens open the API. */
export class TokenIssuer extends Construct implements OidcIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;

  /** Null where the stage has no console. */
  readonly consoleSignIn: ConsoleSignIn | null;
  #home: string | null = null;

  constructor(scope: Construct, { oidc, keep, console }: TokenIssuerProps) {
    super(scope, 'token');
    const { issuer, audience, jwksUri, consoleSignIn } =
      oidc === undefined
        ? this.#userPool(keep, console)
        : { ...oidc, consoleSignIn: console === undefined ? null : atOwnIssuer(oidc, console) };
    this.issuer = issuer;
    this.audience = audience;
    this.jwksUri = jwksUri;
    this.consoleSignIn = consoleSignIn;
  }

  /** Where users are led back to, once they have signed in or out. */
  leadBackTo(home: string): void {
    this.#home = home;
  }

  /** Accounts are made by administrators. An id token's `aud` is the client's id (Cognito guide, "Understanding the ID token"). */
  #userPool(
    keep: boolean,
    console: ConsoleSettings | undefined,
  ): OidcIssuer & { readonly consoleSignIn: ConsoleSignIn | null } {
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
      ...(console === undefined ? { disableOAuth: true } : this.#codeGrant()),
      preventUserExistenceErrors: true,
      idTokenValidity: Duration.hours(1),
    });
    new CfnOutput(Stack.of(this), 'UserPool', { value: pool.userPoolId, description: 'Where users are made.' });
    new CfnOutput(Stack.of(this), 'UserPoolClient', {
      value: client.userPoolClientId,
      description: 'What users ask for tokens.',
    });
    const { region, urlSuffix } = Stack.of(this);
    const origin = `https://cognito-idp.${region}.${urlSuffix}`;
    const issuer = `${origin}/${pool.userPoolId}`;
    const audience = client.userPoolClientId;
    const stand = { issuer, audience, jwksUri: `${issuer}/.well-known/jwks.json` };
    if (console?.signInPrefix === undefined) return { ...stand, consoleSignIn: null };
    const pages = pool.addDomain('sign-in', {
      cognitoDomain: { domainPrefix: console.signInPrefix },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    // Without a style its pages are not there.
    new CfnManagedLoginBranding(this, 'style', {
      userPoolId: pool.userPoolId,
      clientId: audience,
      useCognitoProvidedValues: true,
    });
    return {
      ...stand,
      consoleSignIn: {
        config: {
          sign_in: 'oidc',
          issuer,
          client_id: audience,
          scope: 'openid',
          // Its access tokens name no audience.
          token: 'id_token',
          parameters: {},
          sign_out_url: `${pages.baseUrl()}/logout`,
        },
        origins: [origin, pages.baseUrl()],
      },
    };
  }

  /** The code is of no use without what PKCE keeps in the browser: the client has no secret. */
  #codeGrant(): Pick<UserPoolClientOptions, 'oAuth' | 'refreshTokenValidity' | 'enableTokenRevocation'> {
    // Known once the console stands, which is made before the API, whose authorizer knows this client.
    const home = Lazy.string({ produce: () => this.#home ?? '' });
    return {
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID],
        callbackUrls: [home],
        logoutUrls: [home],
      },
      // As long as one stays signed in, in a tab that stays open.
      refreshTokenValidity: Duration.days(1),
      enableTokenRevocation: true,
    };
  }
}

const atOwnIssuer = (oidc: OidcIssuer, console: ConsoleSettings): ConsoleSignIn => {
  const { clientId = '', scope = 'openid', parameters = {}, issuerOrigins = [] } = console;
  return {
    config: {
      sign_in: 'oidc',
      issuer: oidc.issuer,
      client_id: clientId,
      scope,
      // An id token's audience is its client.
      token: clientId === oidc.audience ? 'id_token' : 'access_token',
      parameters,
      sign_out_url: null,
    },
    origins: [new URL(oidc.issuer).origin, ...issuerOrigins],
  };
};
