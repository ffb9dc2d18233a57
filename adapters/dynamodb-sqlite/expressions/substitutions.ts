import { own } from '../../../core/domain/own.ts';
import { invalid } from '../errors.ts';
import { type Item, memberOf, type Value } from '../values/attribute-value.ts';
import { parseItem } from '../values/parse-value.ts';

/** The members of a request that its expressions take names and values from. */
export interface Substituted {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: unknown;
}

/**
 * Names and values of one request's expressions. Both ways are refused, as DynamoDB does: what is used but not given, and, once every expression
 * is parsed, what is given but not used.
 */
export class Substitutions {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Item;
  readonly #unused: Set<string>;
  /** Attributes that are keys: nothing is inside of them. */
  readonly keys: ReadonlySet<string>;

  constructor(
    { ExpressionAttributeNames, ExpressionAttributeValues }: Substituted,
    expressions: readonly unknown[],
    keys: ReadonlySet<string>,
  ) {
    this.keys = keys;
    const given = { ExpressionAttributeNames, ExpressionAttributeValues };
    for (const [member, map] of Object.entries(given)) {
      if (map === undefined) continue;
      if (expressions.every((expression) => expression === undefined))
        throw invalid(`${member} can only be specified when using expressions`);
      if (Object.keys(map as object).length === 0) throw invalid(`${member} must not be empty`);
    }
    this.#names = ExpressionAttributeNames ?? {};
    this.#values =
      ExpressionAttributeValues === undefined ? {} : parseItem(ExpressionAttributeValues, 'ExpressionAttributeValues');
    for (const [member, sign, map] of [
      ['ExpressionAttributeNames', '#', this.#names],
      ['ExpressionAttributeValues', ':', this.#values],
    ] as const)
      for (const key of Object.keys(map))
        if (!key.startsWith(sign) || !/^.\w+$/.test(key))
          throw invalid(`${member} contains invalid key: Syntax error; key: "${key}"`);
    this.#unused = new Set([...Object.keys(this.#names), ...Object.keys(this.#values)]);
  }

  name(alias: string, what: string): string {
    const name = own(this.#names, alias);
    if (name === undefined)
      throw invalid(
        `Invalid ${what}: An expression attribute name used in the document path is not defined; attribute name: ${alias}`,
      );
    this.#unused.delete(alias);
    return name;
  }

  value(alias: string, what: string): Value {
    const value = memberOf(this.#values, alias);
    if (value === undefined)
      throw invalid(
        `Invalid ${what}: An expression attribute value used in expression is not defined; attribute value: ${alias}`,
      );
    this.#unused.delete(alias);
    return value;
  }

  /** Call it when all expressions of the request are parsed. */
  refuseUnused(): void {
    for (const [member, sign] of [
      ['ExpressionAttributeNames', '#'],
      ['ExpressionAttributeValues', ':'],
    ] as const) {
      const keys = [...this.#unused].filter((key) => key.startsWith(sign));
      if (keys.length > 0)
        throw invalid(`Value provided in ${member} unused in expressions: keys: {${keys.join(', ')}}`);
    }
  }
}
