import type { z } from 'zod';
import { own } from '../../core/domain/own.ts';
import { Definition } from './definition.ts';
import { WorkflowDefinitionError } from './errors.ts';

type Path = readonly PropertyKey[];

/**
 * The definition with every `${Name}` replaced, parsed. Throws WorkflowDefinitionError, which names state and field of
 * whatever is unknown, missing or unresolved.
 */
export const parseDefinition = (definition: unknown, substitutions: Readonly<Record<string, string>>): Definition => {
  const unresolved: string[] = [];
  const resolved = substitute(definition, substitutions, [], unresolved);
  const parsed = Definition.safeParse(resolved);
  const problems = [...unresolved, ...(parsed.error?.issues ?? []).map((issue) => describeIssue(issue, resolved))];
  if (!parsed.success || problems.length > 0) throw new WorkflowDefinitionError(problems);
  return parsed.data;
};

const substitute = (
  value: unknown,
  substitutions: Readonly<Record<string, string>>,
  path: Path,
  unresolved: string[],
): unknown => {
  if (typeof value === 'string')
    return value.replace(/\$\{([^}]*)\}/g, (text, name: string) => {
      const replacement = own(substitutions, name);
      if (replacement === undefined) unresolved.push(`${place(path)}: ${text} is not resolved`);
      return replacement ?? text;
    });
  if (Array.isArray(value)) return value.map((item, at) => substitute(item, substitutions, [...path, at], unresolved));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, substitute(item, substitutions, [...path, key], unresolved)]),
    );
  return value;
};

const describeIssue = (issue: z.core.$ZodIssue, definition: unknown): string => {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${place([...issue.path, key])} is not supported`).join('; ');
  const value = issue.path.reduce<unknown>((at, key) => Reflect.get(at as object, key), definition);
  const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return `${place(issue.path)}: ${known ? `${JSON.stringify(value)} is not supported (${issue.message})` : issue.message}`;
};

/** `state "Pull", field Retry.0.MaxAttempts`; the innermost state where a Map holds others. */
const place = (path: Path): string => {
  const parts = path.map(String);
  const states = parts.lastIndexOf('States');
  const state = parts[states + 1];
  if (states < 0 || state === undefined) return `top level, field ${parts.join('.')}`;
  const field = parts.slice(states + 2).join('.');
  return field === '' ? `state "${state}"` : `state "${state}", field ${field}`;
};
