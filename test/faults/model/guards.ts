import type { Services } from '../services.ts';

/** A write as the adapters ask for it. */
interface Write {
  readonly TableName: string;
  readonly Key?: Readonly<Record<string, unknown>>;
  readonly Item?: Readonly<Record<string, unknown>>;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
}

type Part = Readonly<Record<string, Write>>;

/** `a AND (b OR c)`: its parts that must all hold. Parentheses are never nested deeper. */
const clausesOf = (condition: string): readonly string[] => condition.split(/ AND (?![^(]*\))/);

const named = (expression: string, names: Readonly<Record<string, string>> = {}): string =>
  expression.replaceAll(/#\w+/g, (alias) => names[alias] ?? alias).replaceAll(/:\w+/g, '?');

/** `BATCH#00000001` and the like are of one kind. */
const kindOf = ({ TableName, Key, Item }: Write): string =>
  `${TableName}/${String((Key ?? Item)?.sk ?? '').replace(/[#-].*$/, '')}`;

/** What a write does, without the values: two places in the product that write the same under the same conditions are one. */
const nameOf = (operation: string, write: Write, clause: string): string => {
  const attributes = [
    ...named(write.UpdateExpression ?? '', write.ExpressionAttributeNames).matchAll(/([a-z_]+)(?:\.\S+)? = /g),
  ];
  const sets = [...new Set(attributes.map(([, name]) => name))].sort().join(' ');
  return `${operation} ${kindOf(write)}${sets === '' ? '' : ` (${sets})`}: ${named(clause, write.ExpressionAttributeNames)}`;
};

const partsOf = (command: string, input: unknown): readonly (readonly [operation: string, write: Write])[] => {
  if (command === 'TransactWriteItemsCommand')
    return (input as { TransactItems: readonly Part[] }).TransactItems.flatMap((part) => Object.entries(part));
  return /^(Put|Update|Delete)/.test(command) ? [[command.replace('ItemCommand', ''), input as Write]] : [];
};

/** Without one clause, and without the names and values that it alone needed. */
const without = (write: Write, clause: string): Write => {
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues, ...rest } = write;
  const left = clausesOf(ConditionExpression ?? '').filter((each) => each !== clause);
  const condition = left.join(' AND ');
  const used = `${condition} ${rest.UpdateExpression ?? ''}`;
  const still = <T>(placeholders: Readonly<Record<string, T>> = {}) =>
    Object.fromEntries(Object.entries(placeholders).filter(([name]) => new RegExp(`${name}\\b`).test(used)));
  const names = still(ExpressionAttributeNames);
  const values = still(ExpressionAttributeValues);
  return {
    ...rest,
    ...(condition === '' ? {} : { ConditionExpression: condition }),
    ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
  };
};

const intercept = ({ database }: Services, change: (operation: string, write: Write) => Write): void => {
  const send = database.send.bind(database);
  database.send = (command, input) => {
    if (command === 'TransactWriteItemsCommand') {
      const { TransactItems, ...rest } = input as { TransactItems: readonly Part[] };
      const changed = TransactItems.map((part) =>
        Object.fromEntries(Object.entries(part).map(([operation, write]) => [operation, change(operation, write)])),
      );
      return send(command, { ...rest, TransactItems: changed });
    }
    const [part] = partsOf(command, input);
    return send(command, part === undefined ? input : change(...part));
  };
};

/** Notes each guard that a write is under: one clause of its condition. */
export const noteGuards =
  (guards: Set<string>) =>
  (services: Services): void =>
    intercept(services, (operation, write) => {
      for (const clause of clausesOf(write.ConditionExpression ?? ''))
        if (clause !== '') guards.add(nameOf(operation, write, clause));
      return write;
    });

/** Leaves one guard out, wherever it is. */
export const dropGuard =
  (guard: string) =>
  (services: Services): void =>
    intercept(services, (operation, write) => {
      const clause = clausesOf(write.ConditionExpression ?? '').find(
        (each) => nameOf(operation, write, each) === guard,
      );
      return clause === undefined ? write : without(write, clause);
    });
