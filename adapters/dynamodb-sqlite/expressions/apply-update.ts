import { invalid } from '../errors.ts';
import { type Item, setMembers, typeOf, type Value } from '../values/attribute-value.ts';
import { addDecimals, formatDecimal, parseDecimal, subtractDecimals } from '../values/decimal.ts';
import { valueAt, withChange } from './document-path.ts';
import type { Action, Assigned, Path } from './syntax.ts';

/** The item after the actions. All of them see the item as it was before. */
export const applyUpdate = (item: Item, actions: readonly Action[]): Item => {
  const changes = actions.map((action) => ({ path: action.path, value: valueAfter(item, action) }));
  let updated = item;
  for (const { path, value } of inOrder(changes)) {
    // What was not there before is not removed, though another action may have put something in that place of a list.
    const isThere = value !== undefined || valueAt(item, path) !== undefined;
    if (isThere) updated = withChange(updated, path, () => value);
    else withChange(item, path, () => undefined);
  }
  return updated;
};

interface PathChange {
  readonly path: Path;
  readonly value: Value | undefined;
}

/**
 * What is set comes first, from the front of a list to its end, so that what is beyond the end is appended in its order; what is removed
 * comes after it and from the end, so that an index means the same member all the time.
 */
const inOrder = (changes: readonly PathChange[]): readonly PathChange[] => {
  const sets = changes.filter(({ value }) => value !== undefined);
  const removes = changes.filter(({ value }) => value === undefined);
  return [...sets.toSorted(byPath), ...removes.toSorted((a, b) => byPath(b, a))];
};

const byPath = ({ path: a }: PathChange, { path: b }: PathChange): number => {
  for (const [i, step] of a.entries()) {
    const other = b[i];
    if (typeof step === 'number' && typeof other === 'number' && step !== other) return step - other;
    if (step !== other) return String(step) < String(other) ? -1 : 1;
  }
  return 0;
};

/** What is at the action's path after it; undefined: nothing. */
const valueAfter = (item: Item, action: Action): Value | undefined => {
  switch (action.kind) {
    case 'set':
      return assignedValue(item, action.assigned);
    case 'remove':
      return undefined;
    case 'add':
      return added(valueAt(item, action.path), action.value);
    case 'delete':
      return deleted(valueAt(item, action.path), action.value);
    default:
      return action satisfies never;
  }
};

const assignedValue = (item: Item, assigned: Assigned): Value => {
  switch (assigned.kind) {
    case 'value':
      return assigned.value;
    case 'path': {
      const value = valueAt(item, assigned.path);
      if (value === undefined)
        throw invalid('The provided expression refers to an attribute that does not exist in the item');
      return value;
    }
    case 'if-not-exists':
      return valueAt(item, assigned.path) ?? assignedValue(item, assigned.otherwise);
    case 'list-append': {
      const [first, second] = [assignedValue(item, assigned.first), assignedValue(item, assigned.second)];
      if (!('L' in first && 'L' in second)) throw incorrectType();
      return { L: [...first.L, ...second.L] };
    }
    case 'plus':
    case 'minus': {
      const [left, right] = [assignedValue(item, assigned.left), assignedValue(item, assigned.right)];
      if (!('N' in left && 'N' in right)) throw incorrectType();
      return total(left.N, right.N, assigned.kind === 'plus' ? addDecimals : subtractDecimals);
    }
    default:
      return assigned satisfies never;
  }
};

const total = (left: string, right: string, operation: typeof addDecimals): Value => ({
  N: formatDecimal(operation(parseDecimal(left), parseDecimal(right))),
});

const incorrectType = () => invalid('An operand in the update expression has an incorrect data type');

const added = (old: Value | undefined, value: Value): Value => {
  if (old === undefined) return value;
  if ('N' in value && 'N' in old) return total(old.N, value.N, addDecimals);
  const members = sameSets(old, value);
  return setOf(value, [...new Set([...members.old, ...members.given])]);
};

/** A set without members is no set: the attribute goes with the last of them. */
const deleted = (old: Value | undefined, value: Value): Value | undefined => {
  if (old === undefined) return undefined;
  const members = sameSets(old, value);
  const left = members.old.filter((member) => !members.given.includes(member));
  return left.length === 0 ? undefined : setOf(value, left);
};

const sameSets = (old: Value, value: Value) => {
  const [members, given] = [setMembers(old), setMembers(value)];
  if (members === null || given === null || typeOf(old) !== typeOf(value)) throw incorrectType();
  return { old: members, given };
};

const setOf = (like: Value, members: readonly string[]): Value => {
  if ('SS' in like) return { SS: members };
  return 'NS' in like ? { NS: members } : { BS: members };
};
