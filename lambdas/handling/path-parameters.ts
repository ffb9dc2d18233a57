import type { APIGatewayProxyEvent } from 'aws-lambda';
import { pathFromBytes } from '../../core/manifest/git-path.ts';

/**
 * A REST API hands path parameters on as the client wrote them: percent-encoded, and a greedy one (`{name+}`) with its slashes.
 * What is not well encoded is left as it is, for the parameter's schema to judge. A file's name may be of any bytes, and comes as manifests write it.
 */
export const pathParametersOf = ({ pathParameters }: APIGatewayProxyEvent): Record<string, string> =>
  Object.fromEntries(
    Object.entries(pathParameters ?? {}).map(([name, value = '']) => [
      name,
      name === 'file_path' ? pathFromBytes(bytesOf(value)) : decoded(value),
    ]),
  );

/** What follows a percent sign that encodes nothing stands for itself. */
const bytesOf = (value: string): Uint8Array =>
  Buffer.concat(
    value
      .split(/((?:%[0-9a-f]{2})+)/i)
      .map((part, n) => (n % 2 === 1 ? Buffer.from(part.replaceAll('%', ''), 'hex') : Buffer.from(part))),
  );

const decoded = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};
