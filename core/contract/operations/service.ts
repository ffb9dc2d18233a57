import { z } from 'zod';
import { HealthAnswer } from '../api.ts';
import type { Operation } from './kit.ts';

const ok = { status: 'ok', milliseconds: 3, reason: null } as const;
const healthy = {
  status: 'ok',
  checks: { database: ok, objects: ok, index: ok },
  versions: { service: '0.1.0', node: '24.21.0', git: '2.39.5' },
} as const;
const failing = {
  ...healthy,
  status: 'failing',
  checks: { ...healthy.checks, objects: { status: 'failing', milliseconds: 2001, reason: 'no answer in 2 s' } },
} as const;

export const serviceOperations = {
  'get-health': {
    tag: 'Service',
    description:
      'Asks the database, the object store and the vector index, once a second at most, and says which of them answer. It says nothing about their content; the cause of an error is in the log.',
    answers: {
      200: { description: 'All of them answer.', schema: HealthAnswer, example: healthy },
      503: {
        description: 'At least one of them does not answer.',
        schema: HealthAnswer,
        contentType: 'application/json',
        example: failing,
      },
    },
  },
  'get-openapi': {
    tag: 'Service',
    description: 'The document that this page, docs/api.md and the tests are made from.',
    answers: { 200: { description: 'The document.', schema: z.looseObject({ openapi: z.string() }) } },
  },
  'get-docs': {
    tag: 'Service',
    description: 'One page without scripts; it loads nothing else.',
    answers: { 200: { description: 'The page.', schema: z.string(), contentType: 'text/html; charset=utf-8' } },
  },
} as const satisfies Readonly<Record<string, Operation>>;
