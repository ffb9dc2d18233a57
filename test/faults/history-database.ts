import type { Item } from './memory/expressions.ts';

/** The database of a history, as its processes call it and as the one who checks it looks into it. */
export interface HistoryDatabase {
  /** Told of each item that is written (undefined: removed), of its key, and of what was there before. */
  onWrite: (table: string, key: Item, item: Item | undefined, before: Item | undefined) => void;
  items(table: string): readonly Item[];
  expire(table: string, now: Date): unknown;
  /** A command of the SDK by its name, with the document client's input. */
  send(command: string, input: unknown): object | Promise<object>;
  /** What is stored is what was seen to be written; otherwise says what is not. */
  compare(): Promise<readonly string[]>;
  close(): void;
}

/** Where a history keeps its items: in a map, or in the database of one machine. */
export const databaseKinds = ['memory', 'sqlite'] as const;
export type DatabaseKind = (typeof databaseKinds)[number];
