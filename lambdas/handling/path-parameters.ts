import type { APIGatewayProxyEvent } from 'aws-lambda';

/**
 * A REST API hands path parameters on as the client wrote them: percent-encoded, and a greedy one (`{name+}`) with its slashes.
 * What is not well encoded is left as it is, for the parameter's schema to judge.
 */
export const pathParametersOf = ({ pathParameters }: APIGatewayProxyEvent): Record<string, string> =>
  Object.fromEntries(Object.entries(pathParameters ?? {}).map(([name, value = '']) => [name, decoded(value)]));

const decoded = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};
