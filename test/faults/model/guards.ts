import { conditionOf, type Item } from '../memory/expressions.ts';
import type { Services } from '../services.ts';
import { nameOf, type Write } from './guard-names.ts';

type Part = Readonly<Record<string, Write>>;

/** `a AND (b OR c)`: its parts that must all hold. Parentheses are never nested deeper. */
const clausesOf = ({ ConditionExpression }: Write): readonly string[] =>
  ConditionExpression === undefined ? [] : ConditionExpression.split(/ AND (?![^(]*\))/);

const partsOf = (command: string, input: unknown): readonly (readonly [operation: string, write: Write])[] => {
  if (command === 'TransactWriteItemsCommand')
    return (input as { TransactItems: readonly Part[] }).TransactItems.flatMap((part) => Object.entries(part));
  return /^(Put|Update|Delete)/.test(command) ? [[command.replace('ItemCommand', ''), input as Write]] : [];
};

/** Without some clauses, and without the names and values that they alone needed. */
const without = (write: Write, dropped: readonly string[]): Write => {
  const { ConditionExpression: _, ExpressionAttributeNames, ExpressionAttributeValues, ...rest } = write;
  const condition = clausesOf(write)
    .filter((each) => !dropped.includes(each))
    .join(' AND ');
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

/** Told of each guard that is asked, and of those that refuse a write together, in the order of their names. */
export interface GuardWatch {
  readonly asked?: (guard: string) => void;
  readonly refused?: (guards: readonly string[]) => void;
}

/** Tells of guards, and leaves some out, wherever they are. A guard is one clause of a write's condition. */
export const watchGuards = (
  { database }: Pick<Services, 'database'>,
  { asked, refused }: GuardWatch,
  dropped: ReadonlySet<string> = new Set(),
): void => {
  const send = database.send.bind(database);
  const before = ({ TableName, Key, Item }: Write): Item => {
    const { Item: found } = send('GetItemCommand', { TableName, Key: Key ?? Item }) as { Item?: Item };
    return found ?? {};
  };
  const change = (operation: string, write: Write): Write => {
    if (dropped.size === 0) return write;
    const gone = clausesOf(write).filter((clause) => dropped.has(nameOf(operation, write, clause)));
    return gone.length === 0 ? write : without(write, gone);
  };
  database.send = (command, input) => {
    const parts = partsOf(command, input);
    if (parts.length === 0) return send(command, input);
    const refusing = new Set<string>();
    for (const [operation, write] of parts) {
      const clauses = clausesOf(write);
      if (clauses.length === 0) continue;
      const item = before(write);
      for (const clause of clauses) {
        const name = nameOf(operation, write, clause);
        if (dropped.has(name)) continue;
        asked?.(name);
        if (!conditionOf(clause)(item, write)) refusing.add(name);
      }
    }
    if (refusing.size > 0) refused?.([...refusing].sort());
    if (command !== 'TransactWriteItemsCommand') return send(command, change(...(parts[0] as [string, Write])));
    const { TransactItems, ...rest } = input as { TransactItems: readonly Part[] };
    const changed = TransactItems.map((part) =>
      Object.fromEntries(Object.entries(part).map(([operation, write]) => [operation, change(operation, write)])),
    );
    return send(command, { ...rest, TransactItems: changed });
  };
};
