import { createHash } from 'node:crypto';
import { buildOpenApi } from '../../core/contract/openapi/openapi.ts';
import { pageStyle } from './page-style.ts';
import { renderPage } from './render-page.ts';

const body = renderPage(buildOpenApi(), pageStyle);

/** The page's own style, by its hash, and its empty icon. It has no script, and nothing that it could load or send to. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Open to all: the contract as one page to read, made once. */
export const handler = async () => ({
  statusCode: 200,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'cache-control': 'public, max-age=300',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  },
  body,
});
