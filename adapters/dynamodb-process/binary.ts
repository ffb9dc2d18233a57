import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** There is no DynamoDB program for this platform. */
export class DynamoDbUnavailableError extends Error {
  override readonly name = 'DynamoDbUnavailableError';
}

/** Path of the installed program. Throws DynamoDbUnavailableError, which names the way out. */
export const dynamoDbBinary = (platform: string = process.platform, arch: string = process.arch): string => {
  const name = `@dynoxide/${platform}-${arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'dynoxide');
  } catch (error) {
    throw new DynamoDbUnavailableError(
      `${name} is not installed: set DYNAMODB_ENDPOINT to a server that speaks DynamoDB, such as DynamoDB Local`,
      { cause: error },
    );
  }
};
