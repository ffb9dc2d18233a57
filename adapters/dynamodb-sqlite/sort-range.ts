import { invalid, invalidParameter } from './errors.ts';
import type { SortCondition } from './expressions/key-condition.ts';
import { type KeyAttribute, storedValue } from './tables.ts';
import { typeOf, type Value } from './values/attribute-value.ts';

/** Bounds of a sort key, all of which hold. */
export type SortRange = readonly (readonly [operator: '=' | '<' | '<=' | '>' | '>=', bound: Buffer])[];

/** The bytes that a query's condition on the sort key means. */
export const sortRange = (condition: SortCondition | null, key: KeyAttribute): SortRange => {
  if (condition === null) return [];
  switch (condition.kind) {
    case 'between':
      return [
        ['>=', keyValue(condition.low, key)],
        ['<=', keyValue(condition.high, key)],
      ];
    case 'begins-with': {
      if (!('S' in condition.prefix))
        throw invalid('Invalid KeyConditionExpression: Incorrect operand type for operator or function');
      const prefix = keyValue(condition.prefix, key);
      // No text's bytes are 0xFF: every key with this prefix is below it.
      return [
        ['>=', prefix],
        ['<', Buffer.concat([prefix, Buffer.from([0xff])])],
      ];
    }
    default:
      return [[condition.kind, keyValue(condition.value, key)]];
  }
};

/** The bytes of a value that a key is compared with. */
export const keyValue = (value: Value, key: KeyAttribute): Buffer => {
  if (typeOf(value) !== key.type) throw invalidParameter('Condition parameter type does not match schema type');
  const bytes = storedValue(value);
  if (bytes.length === 0)
    throw invalidParameter(
      `The AttributeValue for a key attribute cannot contain an empty string value. Key: ${key.name}`,
    );
  return bytes;
};
