/** Names and values of one item's expressions. Every name is aliased: many of ours are reserved words, or have dots. */
export class Expression {
  readonly #names = new Map<string, string>();
  readonly #values = new Map<string, unknown>();

  /** The alias of an attribute, or of a member of a map: `path('branches', 'feature/a.b')`. */
  path(...members: readonly string[]): string {
    return members.map((member) => this.#alias(member)).join('.');
  }

  /** The alias of a value. */
  value(value: unknown): string {
    const alias = `:v${this.#values.size}`;
    this.#values.set(alias, value);
    return alias;
  }

  equals(path: readonly string[], value: unknown): string {
    return `${this.path(...path)} = ${this.value(value)}`;
  }

  isOneOf(attribute: string, values: readonly unknown[]): string {
    return `${this.path(attribute)} IN (${values.map((value) => this.value(value)).join(', ')})`;
  }

  absent(attribute: string): string {
    return `attribute_not_exists(${this.path(attribute)})`;
  }

  exists(...path: readonly string[]): string {
    return `attribute_exists(${this.path(...path)})`;
  }

  /** What DynamoDB wants beside the expressions; it refuses an empty map. */
  attributes(): {
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Record<string, unknown>;
  } {
    return {
      ...(this.#names.size > 0
        ? { ExpressionAttributeNames: Object.fromEntries([...this.#names].map(([name, alias]) => [alias, name])) }
        : {}),
      ...(this.#values.size > 0 ? { ExpressionAttributeValues: Object.fromEntries(this.#values) } : {}),
    };
  }

  #alias(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const alias = `#n${this.#names.size}`;
    this.#names.set(name, alias);
    return alias;
  }
}

/** What an update does to one item. */
export interface Change {
  /** Attributes and their new values. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Assignments that are not plain: `a = a + :v`. */
  readonly assign?: readonly string[];
  /** Numbers to add, and members to join to a set. */
  readonly add?: Readonly<Record<string, number | ReadonlySet<string>>>;
  /** Paths to remove. */
  readonly remove?: readonly string[];
  /** All of these must hold; without any, the item is made when it is not there. */
  readonly when: readonly string[];
}

export interface ItemKey {
  readonly TableName: string;
  readonly Key: Record<string, string>;
}

/** A conditional write, whose refusal shows the item that refused it. */
const conditional = (at: ItemKey, expression: Expression, when: readonly string[]) => ({
  ...at,
  ConditionExpression: when.join(' AND '),
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  ...expression.attributes(),
});

export const updateOf = (at: ItemKey, change: (expression: Expression) => Change) => {
  const e = new Expression();
  const { set = {}, assign = [], add = {}, remove = [], when } = change(e);
  const sets = [...Object.entries(set).map(([name, value]) => e.equals([name], value)), ...assign];
  const adds = Object.entries(add).map(([name, value]) => `${e.path(name)} ${e.value(value)}`);
  const clauses = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(adds.length > 0 ? [`ADD ${adds.join(', ')}`] : []),
    ...(remove.length > 0 ? [`REMOVE ${remove.join(', ')}`] : []),
  ];
  const UpdateExpression = clauses.join(' ');
  // DynamoDB refuses an empty condition.
  if (when.length === 0) return { ...at, UpdateExpression, ...e.attributes() };
  return { ...conditional(at, e, when), UpdateExpression };
};

export const checkOf = (at: ItemKey, when: (expression: Expression) => readonly string[]) => {
  const e = new Expression();
  return conditional(at, e, when(e));
};

/** A put that never overwrites. */
export const putNewOf = (TableName: string, Item: Record<string, unknown>, keyName: string) => {
  const e = new Expression();
  return {
    TableName,
    Item,
    ConditionExpression: e.absent(keyName),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    ...e.attributes(),
  };
};
