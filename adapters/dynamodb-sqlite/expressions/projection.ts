import { unsupported } from '../errors.ts';
import { type Item, memberOf } from '../values/attribute-value.ts';
import { Cursor } from './cursor.ts';
import type { Substitutions } from './substitutions.ts';

/** The names that a ProjectionExpression asks for. Parts of documents are not supported: nothing here asks for them. */
export const parseProjection = (text: string, substitutions: Substitutions): readonly string[] => {
  const cursor = new Cursor('ProjectionExpression', text, substitutions);
  const names = cursor.list(() => {
    const [name, ...more] = cursor.path();
    if (more.length > 0) throw unsupported('a path into a document in ProjectionExpression');
    return name as string;
  });
  cursor.expectEnd();
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw cursor.refusal(
      `Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [${twice}], path two: [${twice}]`,
    );
  return names;
};

export const project = (item: Item, names: Iterable<string>): Item =>
  Object.fromEntries(
    [...names].flatMap((name) => {
      const value = memberOf(item, name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
