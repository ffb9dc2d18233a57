/** DynamoDB's expressions over plain values, as far as adapters/dynamodb writes them. What is not known throws. */

import { copyOf } from './copy-of.ts';

export type Item = Record<string, unknown>;

export interface Placeholders {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

type Operand = (item: Item, with_: Placeholders) => unknown;
type Condition = (item: Item, with_: Placeholders) => boolean;
type Path = (with_: Placeholders) => readonly string[];
type Change = (before: Item, after: Item, with_: Placeholders) => void;

const tokensOf = (text: string): string[] => text.match(/[#:]?\w+|<=|>=|<>|[=<>(),.+-]/g) ?? [];

/** Reads tokens one after the other. */
class Reader {
  readonly #tokens: string[];
  #at = 0;
  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }
  get next(): string | undefined {
    return this.#tokens[this.#at];
  }
  take(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new SyntaxError('the expression ends too early');
    return token;
  }
  /** Whether the next token is this one, which is then taken. */
  took(token: string): boolean {
    if (this.next?.toUpperCase() !== token) return false;
    this.#at += 1;
    return true;
  }
  need(token: string): void {
    if (!this.took(token)) throw new SyntaxError(`expected ${token}, found ${this.next}`);
  }
}

const readPath = (reader: Reader): Path => {
  const members = [reader.take()];
  while (reader.took('.')) members.push(reader.take());
  return ({ ExpressionAttributeNames = {} }) =>
    members.map((member) => (member.startsWith('#') ? needed(ExpressionAttributeNames[member], member) : member));
};

const needed = <T>(value: T | undefined, name: string): T => {
  if (value === undefined) throw new SyntaxError(`${name} has no value`);
  return value;
};

export const valueAt = (item: unknown, path: readonly string[]): unknown => {
  let value = item;
  for (const member of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return undefined;
    value = (value as Item)[member];
  }
  return value;
};

/** The map that holds the path's last member, which must be there, as DynamoDB demands. */
const holderOf = (item: Item, path: readonly string[]): Item => {
  const holder = path.length === 1 ? item : valueAt(item, path.slice(0, -1));
  if (typeof holder !== 'object' || holder === null)
    throw Object.assign(new Error(`the document path ${path.join('.')} is invalid for update`), {
      name: 'ValidationException',
    });
  return holder as Item;
};

const readOperand = (reader: Reader): Operand => {
  const first = reader.next ?? '';
  if (first.startsWith(':')) {
    reader.take();
    return (_, { ExpressionAttributeValues = {} }) => {
      if (!Object.hasOwn(ExpressionAttributeValues, first)) throw new SyntaxError(`${first} has no value`);
      return ExpressionAttributeValues[first];
    };
  }
  const path = readPath(reader);
  return (item, with_) => valueAt(item, path(with_));
};

/** Sets, lists and maps are equal by what they hold. */
const isEqual = (a: unknown, b: unknown): boolean =>
  a === b || (a !== undefined && b !== undefined && canonical(a) === canonical(b));

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    part instanceof Set
      ? { set: [...part].sort() }
      : typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1)))
        : part,
  );

const comparisons: Record<string, (a: never, b: never) => boolean> = {
  '=': isEqual,
  '<>': (a, b) => !isEqual(a, b),
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const readComparison = (reader: Reader): Condition => {
  if (reader.took('(')) {
    const inner = readEither(reader);
    reader.need(')');
    return inner;
  }
  if (reader.next === 'attribute_exists' || reader.next === 'attribute_not_exists') {
    const wanted = reader.take() === 'attribute_exists';
    reader.need('(');
    const path = readPath(reader);
    reader.need(')');
    return (item, with_) => (valueAt(item, path(with_)) !== undefined) === wanted;
  }
  const left = readOperand(reader);
  if (reader.took('IN')) {
    reader.need('(');
    const options = [readOperand(reader)];
    while (reader.took(',')) options.push(readOperand(reader));
    reader.need(')');
    return (item, with_) => options.some((option) => isEqual(left(item, with_), option(item, with_)));
  }
  const operator = reader.take();
  const compare = needed(comparisons[operator], operator);
  const right = readOperand(reader);
  return (item, with_) => {
    const [a, b] = [left(item, with_), right(item, with_)];
    // An attribute that is not there compares with nothing, but it differs from everything.
    if (a === undefined || b === undefined) return operator === '<>';
    return compare(a as never, b as never);
  };
};

const readAll = (reader: Reader): Condition => {
  const parts = [readComparison(reader)];
  while (reader.took('AND')) parts.push(readComparison(reader));
  return (item, with_) => parts.every((part) => part(item, with_));
};

const readEither = (reader: Reader): Condition => {
  const parts = [readAll(reader)];
  while (reader.took('OR')) parts.push(readAll(reader));
  return (item, with_) => parts.some((part) => part(item, with_));
};

const readAssigned = (reader: Reader): Operand => {
  const name = reader.next;
  if (name !== 'if_not_exists' && name !== 'list_append') return readOperand(reader);
  reader.take();
  reader.need('(');
  const first = readOperand(reader);
  reader.need(',');
  const second = readOperand(reader);
  reader.need(')');
  if (name === 'if_not_exists') return (item, with_) => first(item, with_) ?? second(item, with_);
  return (item, with_) => [...(first(item, with_) as unknown[]), ...(second(item, with_) as unknown[])];
};

const readSet = (reader: Reader): Change => {
  const path = readPath(reader);
  reader.need('=');
  const value = readAssigned(reader);
  return (before, after, with_) => {
    const members = path(with_);
    // DynamoDB evaluates against the item as it was.
    const assigned = copyOf(value(before, with_));
    if (assigned === undefined) throw new SyntaxError(`nothing is assigned to ${members.join('.')}`);
    holderOf(after, members)[members.at(-1) as string] = assigned;
  };
};

const readAdd = (reader: Reader): Change => {
  const path = readPath(reader);
  const value = readOperand(reader);
  return (before, after, with_) => {
    const members = path(with_);
    const old = valueAt(before, members);
    const added = value(before, with_);
    holderOf(after, members)[members.at(-1) as string] =
      added instanceof Set ? new Set([...((old as Set<string>) ?? []), ...added]) : Number(old ?? 0) + Number(added);
  };
};

const readRemove = (reader: Reader): Change => {
  const path = readPath(reader);
  return (_, after, with_) => {
    const members = path(with_);
    if (valueAt(after, members) !== undefined) delete holderOf(after, members)[members.at(-1) as string];
  };
};

const clauses: Record<string, (reader: Reader) => Change> = { SET: readSet, ADD: readAdd, REMOVE: readRemove };

const readUpdate = (reader: Reader): Change => {
  const changes: Change[] = [];
  while (reader.next !== undefined) {
    const clause = needed(clauses[reader.next], reader.take());
    do changes.push(clause(reader));
    while (reader.took(','));
  }
  return (before, after, with_) => {
    for (const change of changes) change(before, after, with_);
  };
};

const compiled =
  <T>(read: (reader: Reader) => T): ((text: string) => T) =>
  (text) => {
    const known = cache.get(text) as T | undefined;
    if (known !== undefined) return known;
    const reader = new Reader(text);
    const made = read(reader);
    if (reader.next !== undefined) throw new SyntaxError(`not understood: ${reader.next} in ${text}`);
    cache.set(text, made);
    return made;
  };

const cache = new Map<string, unknown>();

export const conditionOf = compiled(readEither);
export const updateOf = compiled(readUpdate);
