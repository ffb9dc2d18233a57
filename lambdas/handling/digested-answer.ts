import { createHash } from 'node:crypto';
import type { Answer } from './problems.ts';

/** An answer that its receiver keeps: with what tells whether it has come whole and unchanged (RFC 9530). */
export const digestedAnswer = (body: object): Answer => {
  const text = JSON.stringify(body);
  const digest = createHash('sha256').update(text).digest('base64');
  return { status: 200, body, text, headers: { 'content-digest': `sha-256=:${digest}:` } };
};
