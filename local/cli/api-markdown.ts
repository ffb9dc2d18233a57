import type { OpenApiDocument } from '../../core/contract/openapi/openapi.ts';
import type { JsonSchema } from '../../core/contract/openapi/schemas.ts';
import {
  type Call,
  callsByTag,
  limitsOf,
  type Row,
  resolved,
  responseOf,
  rowsOf,
  type TypePart,
  typeOf,
} from '../../core/contract/openapi/text.ts';

/** The document as Markdown: docs/api.md. */
export const apiMarkdown = (document: OpenApiDocument): string => {
  const groups = callsByTag(document);
  return `${[
    `# ${document.info.title}: the HTTP API`,
    '<!-- Made from core/contract by `npm run docs:api`. Change it there. -->',
    document.info.description,
    'The running service shows the same at `/api/docs`, and as an OpenAPI 3.1 document at `/api/openapi.json`. In the examples `$API` is its address with `/api`, such as `http://127.0.0.1:3000/api`, and `$TOKEN` your token.',
    table(
      ['call', 'what it does'],
      groups.flatMap(({ calls }) =>
        calls.map(({ method, path, operation }) => [
          `[\`${method} ${path}\`](#${anchor(operation.summary)})`,
          operation.summary,
        ]),
      ),
    ),
    ...groups.flatMap(({ name, description, calls }) => [
      `## ${name}`,
      description,
      ...calls.flatMap((call) => section(document, call)),
    ]),
    '## Schemas',
    ...Object.entries(document.components.schemas).flatMap(([name, schema]) => schemaSection(name, schema)),
  ].join('\n\n')}\n`;
};

const section = (document: OpenApiDocument, { method, path, operation }: Call): string[] => {
  const { summary, description, security, parameters = [], requestBody, responses } = operation;
  const parts = [`### ${summary}`, `\`${method} ${path}\``];
  parts.push(security.length === 0 ? `${description} Needs no token.` : description);
  for (const { source } of operation['x-codeSamples']) parts.push(['```sh', source, '```'].join('\n'));
  if (parameters.length > 0)
    parts.push(
      table(
        ['parameter', 'in', 'type', 'meaning'],
        parameters.map(({ name, in: place, required, schema, description }) => [
          `\`${name}\`${required ? '' : ' (optional)'}`,
          place,
          typeAndLimits(typeOf(schema), limitsOf(schema)),
          description,
        ]),
      ),
    );
  for (const { schema } of Object.values(requestBody?.content ?? {})) {
    parts.push(`Body${requestBody?.required === true ? '' : ' (may be left out)'}: ${type(typeOf(schema))}`);
    parts.push(members(rowsOf(resolved(document, schema))));
  }
  parts.push(
    table(
      ['answer', 'body', 'meaning'],
      Object.entries(responses).map(([status, reference]) => {
        const { description, content = {}, headers = {} } = responseOf(document, reference);
        const [media] = Object.values(content);
        const names = Object.keys(headers).map((name) => `\`${name}\``);
        return [
          status,
          media === undefined ? '' : type(typeOf(media.schema)),
          names.length === 0 ? description : `${description} Headers: ${names.join(', ')}.`,
        ];
      }),
    ),
  );
  const [, success] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? [];
  const [media] = Object.values(success === undefined ? {} : (responseOf(document, success).content ?? {}));
  if (media?.example !== undefined) parts.push(['```json', JSON.stringify(media.example, null, 2), '```'].join('\n'));
  return parts;
};

const schemaSection = (name: string, schema: JsonSchema): string[] => {
  const rows = rowsOf(schema);
  return [`### ${name}`, schema.description ?? '', ...(rows.length === 0 ? [] : [members(rows)])];
};

const members = (rows: readonly Row[]): string =>
  table(
    ['member', 'type', 'meaning'],
    rows.map(({ name, type: parts, required, description, limits }) => [
      `\`${name}\`${required ? '' : ' (optional)'}`,
      typeAndLimits(parts, limits),
      description,
    ]),
  );

const typeAndLimits = (parts: readonly TypePart[], limits: readonly string[]): string =>
  [type(parts), ...limits].join(', ');

const type = (parts: readonly TypePart[]): string =>
  parts.map((part) => ('schema' in part ? `[${part.schema}](#${anchor(part.schema)})` : part.text)).join('');

/** A heading's anchor, as GitHub and GitLab make it. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
