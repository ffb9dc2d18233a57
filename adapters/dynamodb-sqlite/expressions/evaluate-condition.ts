import { compareValues, type Item, isEqual, setMembers, typeOf, type Value } from '../values/attribute-value.ts';
import { valueAt } from './document-path.ts';
import type { Comparator, Condition, Operand } from './syntax.ts';

/** Whether the item meets the condition. An item that is not there has no attributes. */
export const meets = (item: Item, condition: Condition): boolean => {
  switch (condition.kind) {
    case 'and':
      return condition.terms.every((term) => meets(item, term));
    case 'or':
      return condition.terms.some((term) => meets(item, term));
    case 'not':
      return !meets(item, condition.term);
    case 'exists':
      return (valueAt(item, condition.path) !== undefined) === condition.wanted;
    case 'type': {
      const value = valueAt(item, condition.path);
      return value !== undefined && typeOf(value) === condition.type;
    }
    case 'compare':
      return compares(operandOf(item, condition.left), condition.comparator, operandOf(item, condition.right));
    case 'between': {
      const value = operandOf(item, condition.operand);
      return (
        compares(value, '>=', operandOf(item, condition.low)) && compares(value, '<=', operandOf(item, condition.high))
      );
    }
    case 'in': {
      const value = operandOf(item, condition.operand);
      return condition.candidates.some((candidate) => compares(value, '=', operandOf(item, candidate)));
    }
    case 'begins-with':
      return beginsWith(valueAt(item, condition.path), operandOf(item, condition.prefix));
    case 'contains':
      return contains(valueAt(item, condition.path), operandOf(item, condition.part));
    default:
      return condition satisfies never;
  }
};

const operandOf = (item: Item, operand: Operand): Value | undefined => {
  if (operand.kind === 'value') return operand.value;
  const value = valueAt(item, operand.path);
  return operand.kind === 'path' ? value : lengthOf(value);
};

/** An attribute that is not there meets no comparison but `<>`. */
const compares = (left: Value | undefined, comparator: Comparator, right: Value | undefined): boolean => {
  if (comparator === '<>') return !compares(left, '=', right);
  if (left === undefined || right === undefined) return false;
  if (comparator === '=') return isEqual(left, right);
  const order = compareValues(left, right);
  if (order === null) return false;
  switch (comparator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      return comparator satisfies never;
  }
};

/** `size(…)`: characters of a text are counted as bytes. Numbers and truth values have none. */
const lengthOf = (value: Value | undefined): Value | undefined => {
  if (value === undefined) return undefined;
  const length = lengthOfValue(value);
  return length === null ? undefined : { N: String(length) };
};

const lengthOfValue = (value: Value): number | null => {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('B' in value) return Buffer.byteLength(value.B, 'base64');
  if ('L' in value) return value.L.length;
  if ('M' in value) return Object.keys(value.M).length;
  return setMembers(value)?.length ?? null;
};

const beginsWith = (value: Value | undefined, prefix: Value | undefined): boolean => {
  if (value === undefined || prefix === undefined) return false;
  if ('S' in value && 'S' in prefix) return value.S.startsWith(prefix.S);
  if (!('B' in value && 'B' in prefix)) return false;
  const start = Buffer.from(prefix.B, 'base64');
  return Buffer.from(value.B, 'base64').subarray(0, start.length).equals(start);
};

const contains = (value: Value | undefined, part: Value | undefined): boolean => {
  if (value === undefined || part === undefined) return false;
  if ('S' in value) return 'S' in part && value.S.includes(part.S);
  if ('B' in value) return 'B' in part && Buffer.from(value.B, 'base64').includes(Buffer.from(part.B, 'base64'));
  if ('L' in value) return value.L.some((each) => isEqual(each, part));
  if ('SS' in value) return 'S' in part && value.SS.includes(part.S);
  if ('NS' in value) return 'N' in part && value.NS.includes(part.N);
  return 'BS' in value && 'B' in part && value.BS.includes(part.B);
};
