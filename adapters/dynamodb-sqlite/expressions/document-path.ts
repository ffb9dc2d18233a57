import { invalid } from '../errors.ts';
import { type Item, memberOf, type Value, withMember, withoutMember } from '../values/attribute-value.ts';
import type { Path } from './syntax.ts';

export const valueAt = (item: Item, path: Path): Value | undefined =>
  path.reduce<Value | undefined>((value, step) => (value === undefined ? undefined : stepInto(value, step)), {
    M: item,
  });

const stepInto = (value: Value, step: string | number): Value | undefined => {
  if (typeof step === 'number') return 'L' in value ? value.L[step] : undefined;
  return 'M' in value ? memberOf(value.M, step) : undefined;
};

const invalidPath = () => invalid('The document path provided in the update expression is invalid for update');

/**
 * The item with something else at the path: what `change` makes of what is there, or nothing. What the path leads through must be there; a list
 * takes what is beyond its end as its next member.
 */
export const withChange = (item: Item, path: Path, change: (old: Value | undefined) => Value | undefined): Item => {
  const changed = changedAt({ M: item }, path, change);
  if (changed === undefined || !('M' in changed)) throw invalidPath();
  return changed.M;
};

const changedAt = (
  value: Value | undefined,
  [step, ...rest]: Path,
  change: (old: Value | undefined) => Value | undefined,
): Value | undefined => {
  if (step === undefined) return change(value);
  if (value === undefined) throw invalidPath();
  const changed = (): Value | undefined => changedAt(stepInto(value, step), rest, change);
  if (typeof step === 'number') {
    if (!('L' in value)) throw invalidPath();
    const next = changed();
    const at = Math.min(step, value.L.length);
    return { L: value.L.toSpliced(at, 1, ...(next === undefined ? [] : [next])) };
  }
  if (!('M' in value)) throw invalidPath();
  const next = changed();
  return { M: next === undefined ? withoutMember(value.M, step) : withMember(value.M, step, next) };
};
