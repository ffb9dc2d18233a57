import { own } from '../../domain/own.ts';
import type { Operation } from '../operations/kit.ts';
import type { Route } from '../routes.ts';
import { pathExamples } from './examples.ts';

/**
 * A call as a line for a shell. `$API` is the service's address with `/api`, `$TOKEN` a token; a query's example is one
 * that is needed.
 */
export const curlExample = (
  { method, path, auth }: Route,
  operation: Operation,
  query: Readonly<Record<string, string>>,
): string => {
  const place = path
    .replace(/^\/api/, '')
    .replaceAll(/\{(\w+)\+?\}/g, (_, name: string) => encodeURIComponent(own(pathExamples, name) ?? name));
  const search = new URLSearchParams(query).toString();
  const lines = [
    `curl -s ${method === 'GET' ? '' : `-X ${method} `}"$API${place}${search === '' ? '' : `?${search}`}"`,
  ];
  if (auth === 'token') lines.push('-H "Authorization: Bearer $TOKEN"');
  if (operation.body !== undefined && operation.curl === undefined) {
    lines.push("-H 'Content-Type: application/json'");
    lines.push(`-d '${JSON.stringify(operation.body.example)}'`);
  }
  return [...lines, ...(operation.curl ?? [])].join(' \\\n  ');
};
