import type { OpenApiDocument, ParameterObject, ResponseObject } from '../../core/contract/openapi/openapi.ts';
import type { JsonSchema } from '../../core/contract/openapi/schemas.ts';
import {
  type Call,
  callsByTag,
  codeParts,
  limitsOf,
  type Row,
  resolved,
  responseOf,
  rowsOf,
  type TypePart,
  typeOf,
} from '../../core/contract/openapi/text.ts';

/** The document as one page of HTML: no script, nothing to load, headings and landmarks for those who do not see it. */
export const renderPage = (document: OpenApiDocument, style: string): string => {
  const groups = callsByTag(document);
  const [lead = '', ...more] = document.info.description.split('\n\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(document.info.title)} API</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<a class="skip" href="#calls">Skip to the calls</a>
<div class="frame">
<nav aria-label="Calls">
${groups.map(({ name, calls }) => `<h2>${html(name)}</h2>\n<ul>\n${calls.map(navItem).join('\n')}\n</ul>`).join('\n')}
<h2>More</h2>
<ul><li><a href="#schemas">Schemas</a></li><li><a href="openapi.json">OpenAPI document</a></li></ul>
</nav>
<main id="calls">
<h1>${html(document.info.title)} API</h1>
<p>${prose(lead)}</p>
${more.map((text) => `<p>${prose(text)}</p>`).join('\n')}
<p>In the examples <code>$API</code> is the service’s address with <code>/api</code>, such as <code>http://127.0.0.1:3000/api</code>, and <code>$TOKEN</code> your token.</p>
${groups.map(({ name, description, calls }) => `<h2 id="${id(name)}">${html(name)}</h2>\n<p>${prose(description)}</p>\n${calls.map((call) => section(document, call)).join('\n')}`).join('\n')}
<h2 id="schemas">Schemas</h2>
${Object.entries(document.components.schemas)
  .map(([name, schema]) => schemaSection(name, schema))
  .join('\n')}
</main>
</div>
</body>
</html>
`;
};

const navItem = ({ operation }: Call): string =>
  `<li><a href="#${operation.operationId}">${html(operation.summary)}</a></li>`;

const section = (document: OpenApiDocument, { method, path, operation }: Call): string => {
  const { operationId, summary, description, security, parameters = [], requestBody, responses } = operation;
  const parts = [
    `<h3 id="${operationId}">${html(summary)}</h3>`,
    `<p class="call"><span class="method ${method.toLowerCase()}">${method}</span> <span>${html(path)}</span></p>`,
    `<p>${prose(description)}${security.length === 0 ? ' <span class="soft">Needs no token.</span>' : ''}</p>`,
    ...operation['x-codeSamples'].map(({ source }) => code(source, `Example of ${summary}`)),
  ];
  if (parameters.length > 0) parts.push('<h4>Parameters</h4>', list(parameters.map(parameterRow)));
  for (const { schema } of Object.values(requestBody?.content ?? {})) {
    const optional = requestBody?.required === true ? '' : ' (may be left out)';
    parts.push(`<h4>Body: ${type(typeOf(schema))}${optional}</h4>`, list(rowsOf(resolved(document, schema))));
  }
  parts.push('<h4>Answers</h4>', answers(document, responses));
  return `<section aria-labelledby="${operationId}">\n${parts.join('\n')}\n</section>`;
};

const answers = (document: OpenApiDocument, responses: Call['operation']['responses']): string => {
  const items = Object.entries(responses).map(([status, reference]) => {
    const response = responseOf(document, reference);
    return `<div><dt>${status}${bodyType(response)}</dt><dd>${prose(response.description)}${headers(response)}${example(status, response)}</dd></div>`;
  });
  return `<dl>\n${items.join('\n')}\n</dl>`;
};

const bodyType = ({ content = {} }: ResponseObject): string => {
  const [media] = Object.values(content);
  return media === undefined ? '' : ` <span>${type(typeOf(media.schema))}</span>`;
};

const headers = ({ headers = {} }: ResponseObject): string => {
  const names = Object.keys(headers).map((name) => `<code>${html(name)}</code>`);
  return names.length === 0 ? '' : ` <span class="soft">Headers: ${names.join(', ')}.</span>`;
};

const example = (status: string, { content = {} }: ResponseObject): string => {
  const [media] = Object.values(content);
  if (media?.example === undefined) return '';
  return `<details><summary>Example of a ${status}</summary>${code(JSON.stringify(media.example, null, 2), `A ${status}`)}</details>`;
};

/** A scrolling region must be reachable by keyboard, and then needs a name. */
const code = (text: string, label: string): string =>
  `<pre tabindex="0" role="region" aria-label="${html(label)}">${html(text)}</pre>`;

const parameterRow = ({
  name,
  in: place,
  required,
  description,
  schema,
}: ParameterObject): Row & { place: string } => ({
  name,
  place,
  type: typeOf(schema),
  required,
  description,
  limits: limitsOf(schema),
});

const schemaSection = (name: string, schema: JsonSchema): string => {
  const title = `schema-${name}`;
  const rows = rowsOf(schema);
  return `<section aria-labelledby="${title}">
<h3 id="${title}">${html(name)}</h3>
<p>${prose(schema.description ?? '')}</p>
${rows.length === 0 ? '' : list(rows)}
</section>`;
};

const list = (rows: readonly (Row & { readonly place?: string })[]): string => {
  const items = rows.map(({ name, place, type: parts, required, description, limits }) => {
    const notes = [
      type(parts),
      ...(place === undefined ? [] : [`in ${place}`]),
      ...(required ? ['required'] : []),
      ...limits.map(html),
    ];
    return `<div><dt>${html(name)} <span>${notes.join(', ')}</span></dt><dd>${prose(description)}</dd></div>`;
  });
  return `<dl>\n${items.join('\n')}\n</dl>`;
};

const type = (parts: readonly TypePart[]): string =>
  parts
    .map((part) =>
      'schema' in part ? `<a href="#schema-${html(part.schema)}">${html(part.schema)}</a>` : html(part.text),
    )
    .join('');

const prose = (text: string): string =>
  codeParts(text)
    .map((part) => (part.code ? `<code>${html(part.text)}</code>` : html(part.text)))
    .join('');

/** An operation may be called as its tag is. */
const id = (tag: string): string => `tag-${tag.toLowerCase()}`;

const html = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
