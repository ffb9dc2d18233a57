import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { own } from '../../core/domain/own.ts';
import type { SortRange } from './sort-range.ts';
import { expiryOf, type Index, indexKeyOf, type StoredKey, type Table, type TableDefinition } from './tables.ts';
import { type Item, sizeOfItem } from './values/attribute-value.ts';

/** An item that was found, and where. */
export interface Found extends StoredKey {
  readonly item: Item;
  readonly size: number;
  /** Where the index has it, when an index was read. */
  readonly entry: StoredKey | null;
}

/** Everything in a database, as {@link Store.dump} gives it. */
export type Dump = Readonly<Record<string, readonly Record<string, SQLInputValue>[]>>;

/** Raised with every change of {@link schema}: a file of another version is refused. */
export const FORMAT = 1;

const schema = `
  CREATE TABLE tables (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL) STRICT;
  CREATE TABLE items (
    table_id INTEGER NOT NULL REFERENCES tables, pk BLOB NOT NULL, sk BLOB NOT NULL,
    item TEXT NOT NULL, size INTEGER NOT NULL, expires_at INTEGER, PRIMARY KEY (table_id, pk, sk)
  ) STRICT;
  CREATE INDEX items_by_expiry ON items (table_id, expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE entries (
    table_id INTEGER NOT NULL REFERENCES tables, index_name TEXT NOT NULL, index_pk BLOB NOT NULL, index_sk BLOB NOT NULL,
    pk BLOB NOT NULL, sk BLOB NOT NULL, PRIMARY KEY (table_id, index_name, index_pk, index_sk, pk, sk)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE requests (token TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE INDEX requests_by_time ON requests (at);
  PRAGMA user_version = ${FORMAT};
`;

/** How long an opening waits for one that repairs the log after a kill, or for a last one that closes. */
const OPEN_MILLISECONDS = 10_000;

/** One connection to the file. Every call may throw SQLite's "busy" while another thread writes. */
export class Store {
  readonly #db: DatabaseSync;
  #durable = true;
  readonly #statements = new Map<string, StatementSync>();
  readonly #tables = new Map<string, { readonly definition: string; readonly table: Table }>();

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: OPEN_MILLISECONDS });
  }

  /**
   * With a write-ahead log, readers and the writer are not in each other's way. From here on no one waits inside of SQLite, where the
   * whole thread would stand still: see until-free.ts.
   * @param durable a commit is on the disk when it returns, and survives a power cut. Else it survives the kill of every process, and a power cut
   *   takes the newest commits, those of all threads since one was durable: the log is one file, written in order, and synced whole.
   */
  configure(durable = true): void {
    this.#durable = durable;
    const synchronous = durable ? 'FULL' : 'NORMAL';
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA busy_timeout = 0`);
  }

  /** What `act` writes need not survive a power cut, as in {@link configure}; the next commit that must syncs it too. Not within a write. */
  relaxed<T>(act: () => T): T {
    if (!this.#durable) return act();
    this.#db.exec('PRAGMA synchronous = NORMAL');
    try {
      return act();
    } finally {
      this.#db.exec('PRAGMA synchronous = FULL');
    }
  }

  isDurable(): boolean {
    return Number(this.#db.prepare('PRAGMA synchronous').get()?.synchronous) >= 2;
  }

  /** The number of the file's format; 0 for a new one. */
  format(): number {
    return Number(this.#db.prepare('PRAGMA user_version').get()?.user_version);
  }

  /** Within a write, and before any other call. */
  createSchema(): void {
    this.#db.exec(schema);
  }

  /** The first fault of the file; null when it has none. */
  fault(): string | null {
    const said = String(this.#db.prepare('PRAGMA quick_check(1)').get()?.quick_check);
    return said === 'ok' ? null : said.replace(/^\*\*\*.*\*\*\*\n/, '');
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  /** All or nothing; no one else writes meanwhile. */
  write<T>(change: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = change();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  table(name: string): Table | null {
    const row = this.#prepare('SELECT id, definition FROM tables WHERE name = ?').get(name);
    if (row === undefined) return null;
    const definition = String(row.definition);
    const known = this.#tables.get(name);
    if (known?.definition === definition) return known.table;
    const table: Table = { ...(JSON.parse(definition) as TableDefinition), id: Number(row.id), name };
    this.#tables.set(name, { definition, table });
    return table;
  }

  tables(): readonly Table[] {
    return this.#prepare('SELECT name FROM tables ORDER BY id')
      .all()
      .flatMap(({ name }) => this.table(String(name)) ?? []);
  }

  createTable(name: string, definition: TableDefinition): void {
    this.#prepare('INSERT INTO tables (name, definition) VALUES (?, ?)').run(name, JSON.stringify(definition));
  }

  /** Changes what a table's items expire by. */
  changeTtl(table: Table, ttlAttribute: string | null): void {
    const { id: _, name: __, ...definition } = { ...table, ttlAttribute };
    this.#prepare('UPDATE tables SET definition = ? WHERE id = ?').run(JSON.stringify(definition), table.id);
    const set = this.#prepare('UPDATE items SET expires_at = ? WHERE table_id = ? AND pk = ? AND sk = ?');
    for (const { item, partition, sort } of [...this.scan(table, null)])
      set.run(expiryOf(item, definition), table.id, partition, sort);
  }

  get(table: Table, key: StoredKey): Item | null {
    const row = this.#prepare('SELECT item FROM items WHERE table_id = ? AND pk = ? AND sk = ?').get(
      table.id,
      key.partition,
      key.sort,
    );
    return row === undefined ? null : (JSON.parse(String(row.item)) as Item);
  }

  /** Puts `item` in the place of `old`, which is what is there; null: nothing. */
  replace(table: Table, key: StoredKey, old: Item | null, item: Item | null): void {
    const at = [table.id, key.partition, key.sort];
    if (item === null) this.#prepare('DELETE FROM items WHERE table_id = ? AND pk = ? AND sk = ?').run(...at);
    else
      this.#prepare(
        `INSERT INTO items (table_id, pk, sk, item, size, expires_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET item = excluded.item, size = excluded.size, expires_at = excluded.expires_at`,
      ).run(...at, JSON.stringify(item), sizeOfItem(item), expiryOf(item, table));
    for (const index of table.indexes) {
      const before = old === null ? null : indexKeyOf(old, index);
      const after = item === null ? null : indexKeyOf(item, index);
      if (before !== null && after !== null && isSameKey(before, after)) continue;
      const entry = (place: StoredKey) =>
        [table.id, index.name, place.partition, place.sort, key.partition, key.sort] as const;
      if (before !== null)
        this.#prepare(
          'DELETE FROM entries WHERE table_id = ? AND index_name = ? AND index_pk = ? AND index_sk = ? AND pk = ? AND sk = ?',
        ).run(...entry(before));
      if (after !== null) this.#prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)').run(...entry(after));
    }
  }

  /** The items of a partition in the order of their sort key. */
  *query(
    table: Table,
    index: Index | null,
    partition: Buffer,
    range: SortRange,
    after: { readonly key: StoredKey; readonly sort: Buffer } | null,
    forward: boolean,
  ): Generator<Found> {
    const sortKey = index === null ? 'i.sk' : 'e.index_sk';
    const order = index === null ? ['i.sk'] : ['e.index_sk', 'e.pk', 'e.sk'];
    const where = [
      index === null ? 'i.table_id = ? AND i.pk = ?' : 'e.table_id = ? AND e.index_name = ? AND e.index_pk = ?',
    ];
    const values: SQLInputValue[] = index === null ? [table.id, partition] : [table.id, index.name, partition];
    for (const [operator, bound] of range) {
      where.push(`${sortKey} ${operator} ?`);
      values.push(bound);
    }
    if (after !== null) {
      where.push(`(${order.join(', ')}) ${forward ? '>' : '<'} (${order.map(() => '?').join(', ')})`);
      values.push(...(index === null ? [after.sort] : [after.sort, after.key.partition, after.key.sort]));
    }
    const from =
      index === null
        ? 'SELECT i.pk, i.sk, i.item, i.size FROM items i'
        : `SELECT i.pk, i.sk, i.item, i.size, e.index_pk, e.index_sk FROM entries e
           CROSS JOIN items i ON i.table_id = e.table_id AND i.pk = e.pk AND i.sk = e.sk`;
    const by = order.map((column) => `${column} ${forward ? 'ASC' : 'DESC'}`).join(', ');
    const statement = this.#prepare(`${from} WHERE ${where.join(' AND ')} ORDER BY ${by}`);
    for (const row of statement.iterate(...values)) yield foundIn(row);
  }

  /** A table's items in the order of their keys, those after `after`. */
  *scan(table: Table, after: StoredKey | null): Generator<Found> {
    const statement = this.#prepare(
      `SELECT pk, sk, item, size FROM items WHERE table_id = ?${after === null ? '' : ' AND (pk, sk) > (?, ?)'} ORDER BY pk, sk`,
    );
    const values = after === null ? [table.id] : [table.id, after.partition, after.sort];
    for (const row of statement.iterate(...values)) yield foundIn(row);
  }

  /** Items that are to be deleted by now, at most so many of each table. */
  expired(table: Table, since: number, until: number, limit: number): readonly Found[] {
    return this.#prepare(
      'SELECT pk, sk, item, size FROM items WHERE table_id = ? AND expires_at BETWEEN ? AND ? LIMIT ?',
    )
      .all(table.id, since, until, limit)
      .map(foundIn);
  }

  /** The fingerprint of the transaction that was done under the token. */
  requestUnder(token: string): string | null {
    const row = this.#prepare('SELECT fingerprint FROM requests WHERE token = ?').get(token);
    return row === undefined ? null : String(row.fingerprint);
  }

  rememberRequest(token: string, fingerprint: string, at: number): void {
    this.#prepare('INSERT INTO requests VALUES (?, ?, ?)').run(token, fingerprint, at);
  }

  forgetRequests(before: number): void {
    this.#prepare('DELETE FROM requests WHERE at < ?').run(before);
  }

  dump(): Dump {
    return Object.fromEntries(
      stored.map((name) => [name, this.#prepare(`SELECT * FROM ${name}`).all() as Record<string, SQLInputValue>[]]),
    );
  }

  restore(dump: Dump): void {
    this.write(() => {
      for (const name of stored.toReversed()) this.#prepare(`DELETE FROM ${name}`).run();
      for (const name of stored) {
        const rows = own(dump, name) ?? [];
        const columns = Object.keys(rows[0] ?? {});
        if (columns.length === 0) continue;
        const insert = this.#prepare(`INSERT INTO ${name} (${columns}) VALUES (${columns.map(() => '?')})`);
        for (const row of rows) insert.run(...Object.values(row));
      }
    });
    this.#tables.clear();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** SQLite's tables, each after those that it refers to. */
const stored = ['tables', 'items', 'entries', 'requests'];

const isSameKey = (a: StoredKey, b: StoredKey): boolean => a.partition.equals(b.partition) && a.sort.equals(b.sort);

const foundIn = (row: Record<string, unknown>): Found => ({
  partition: Buffer.from(row.pk as Uint8Array),
  sort: Buffer.from(row.sk as Uint8Array),
  item: JSON.parse(String(row.item)) as Item,
  size: Number(row.size),
  entry:
    row.index_pk === undefined
      ? null
      : { partition: Buffer.from(row.index_pk as Uint8Array), sort: Buffer.from(row.index_sk as Uint8Array) },
});
