import { z } from 'zod';
import { HealthAnswer } from '../api.ts';
import type { Operation } from './kit.ts';

export const serviceOperations = {
  'get-health': {
    tag: 'Service',
    description: 'Shows that the service is running, and nothing about its content.',
    answers: { 200: { description: 'The service is running.', schema: HealthAnswer, example: { status: 'ok' } } },
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
