import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/**
 * The SDK's client. Without an endpoint: the region's own DynamoDB, with the credentials of the environment. With one
 * (`DYNAMODB_ENDPOINT`): that server; one that is not AWS's takes any region and credentials, so missing ones are made up.
 */
export const createDynamoClient = (
  options: { readonly endpoint?: string | undefined },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): DynamoDBClient => {
  // The SDK repeats throttled and failed requests itself (each transaction carries a request token, so a repeat is safe).
  const config: DynamoDBClientConfig = { maxAttempts: 4 };
  if (options.endpoint === undefined) return new DynamoDBClient(config);
  return new DynamoDBClient({
    ...config,
    endpoint: options.endpoint,
    region: environment.AWS_REGION ?? 'local',
    ...(environment.AWS_ACCESS_KEY_ID === undefined && environment.AWS_PROFILE === undefined
      ? { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
      : {}),
  });
};
