import { invalid } from '../errors.ts';
import type { Value } from '../values/attribute-value.ts';
import { parseCondition } from './parse-condition.ts';
import type { Substitutions } from './substitutions.ts';
import type { Comparator, Condition, Operand } from './syntax.ts';

/** Which items of a table or an index a query is about: those of one partition, and of them a range. */
export interface KeyCondition {
  readonly partition: Value;
  readonly sort: SortCondition | null;
}

export type SortCondition =
  | { readonly kind: Exclude<Comparator, '<>'>; readonly value: Value }
  | { readonly kind: 'between'; readonly low: Value; readonly high: Value }
  | { readonly kind: 'begins-with'; readonly prefix: Value };

export const parseKeyCondition = (
  text: string,
  keys: { readonly partition: string; readonly sort: string },
  substitutions: Substitutions,
): KeyCondition => {
  const condition = parseCondition('KeyConditionExpression', text, substitutions);
  const found = new Map<string, SortCondition>();
  for (const term of condition.kind === 'and' ? condition.terms.flatMap(conjuncts) : [condition]) {
    const [name, sort] = termOf(term);
    if (found.has(name))
      throw invalid('Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key');
    found.set(name, sort);
  }
  const partition = found.get(keys.partition);
  if (partition === undefined) throw invalid(`Query condition missed key schema element: ${keys.partition}`);
  if (partition.kind !== '=') throw invalid('Query key condition not supported');
  found.delete(keys.partition);
  const sort = found.get(keys.sort) ?? null;
  found.delete(keys.sort);
  if (found.size > 0)
    throw sort === null ? invalid(`Query condition missed key schema element: ${keys.sort}`) : tooMany();
  return { partition: partition.value, sort };
};

const tooMany = () => invalid('Conditions can be of length 1 or 2 only');

const conjuncts = (condition: Condition): readonly Condition[] =>
  condition.kind === 'and' ? condition.terms.flatMap(conjuncts) : [condition];

const refused = (operator: string) => invalid(`Invalid operator used in KeyConditionExpression: ${operator}`);

const termOf = (term: Condition): readonly [name: string, condition: SortCondition] => {
  switch (term.kind) {
    case 'compare': {
      const { comparator } = term;
      if (comparator === '<>') throw refused('<>');
      return term.left.kind === 'value'
        ? [nameOf(term.right), { kind: mirrored[comparator], value: constantOf(term.left) }]
        : [nameOf(term.left), { kind: comparator, value: constantOf(term.right) }];
    }
    case 'between':
      return [nameOf(term.operand), { kind: 'between', low: constantOf(term.low), high: constantOf(term.high) }];
    case 'begins-with':
      return [nameOf({ kind: 'path', path: term.path }), { kind: 'begins-with', prefix: constantOf(term.prefix) }];
    case 'exists':
      throw refused(term.wanted ? 'attribute_exists' : 'attribute_not_exists');
    case 'type':
      throw refused('attribute_type');
    default:
      throw refused(term.kind.toUpperCase());
  }
};

const mirrored = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

const nameOf = (operand: Operand): string => {
  if (operand.kind === 'size') throw refused('size');
  if (operand.kind === 'value')
    throw invalid('Invalid KeyConditionExpression: Invalid condition: an attribute name is missing');
  const [name, ...more] = operand.path;
  if (more.length > 0)
    throw invalid(
      'Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes',
    );
  return name as string;
};

const constantOf = (operand: Operand): Value => {
  if (operand.kind !== 'value')
    throw invalid('Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: a value is missing');
  return operand.value;
};
