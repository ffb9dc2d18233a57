import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Store } from './store.ts';
import { type Keys, keyOfItem, type TableDefinition } from './tables.ts';
import { parseItem } from './values/parse-value.ts';

/** The one format that earlier versions of this program left behind (dynoxide 1.2.1). */
const SCHEMA_VERSION = '9';

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const json = <S extends z.ZodType>(schema: S) =>
  z.string().transform((text, context) => {
    const result = schema.safeParse(JSON.parse(text));
    if (result.success) return result.data;
    context.addIssue({ code: 'custom', message: result.error.message });
    return z.NEVER;
  });
const TableRow = z.object({
  table_name: z.string(),
  key_schema: json(KeySchema),
  attribute_definitions: json(z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N']) }))),
  gsi_definitions: json(
    z.array(
      z.object({
        IndexName: z.string(),
        KeySchema,
        Projection: z.object({ ProjectionType: z.enum(['ALL', 'KEYS_ONLY']) }),
      }),
    ),
  ).nullable(),
  ttl_attribute: z.string().nullable(),
  ttl_enabled: z.number(),
  created_at: z.number(),
});

/**
 * Copies all tables and items of a file that dynoxide wrote, which earlier versions of this program ran as a process of its own. Call it within a
 * write. Throws where the file is not what it should be; then nothing is copied.
 */
export const importDynoxide = (path: string, store: Store): void => {
  // A process of that version may just be ending.
  const source = new DatabaseSync(path, { timeout: 5_000 });
  try {
    // After a kill, the last writes are in a log beside the file: now they are in the file alone.
    source.exec('PRAGMA journal_mode = DELETE');
    const version = source.prepare("SELECT value FROM _config WHERE key = 'schema_version'").get()?.value;
    if (version !== SCHEMA_VERSION) throw new Error(`its format is ${version}, and only ${SCHEMA_VERSION} is known`);
    for (const row of source.prepare('SELECT * FROM _tables ORDER BY created_at, table_name').all())
      copyTable(source, store, TableRow.parse(row));
  } finally {
    source.close();
  }
};

const copyTable = (source: DatabaseSync, store: Store, row: z.infer<typeof TableRow>): void => {
  const types = new Map(row.attribute_definitions.map((each) => [each.AttributeName, each.AttributeType]));
  const keysOf = (schema: z.infer<typeof KeySchema>): Keys => {
    const key = (kind: 'HASH' | 'RANGE') => {
      const name = schema.find(({ KeyType }) => KeyType === kind)?.AttributeName ?? '';
      const type = types.get(name);
      if (type === undefined) throw new Error(`table ${row.table_name} has no ${kind} key`);
      return { name, type };
    };
    return { partition: key('HASH'), sort: key('RANGE') };
  };
  const definition: TableDefinition = {
    keys: keysOf(row.key_schema),
    indexes: (row.gsi_definitions ?? []).map((index) => ({
      ...keysOf(index.KeySchema),
      name: index.IndexName,
      projection: index.Projection.ProjectionType,
    })),
    ttlAttribute: row.ttl_enabled === 1 ? row.ttl_attribute : null,
    createdAt: row.created_at,
  };
  store.createTable(row.table_name, definition);
  const table = store.table(row.table_name);
  if (table === null) throw new Error(`table ${row.table_name} was not created`);
  const name = `"${row.table_name.replaceAll('"', '""')}"`;
  for (const { item_json } of source.prepare(`SELECT item_json FROM ${name}`).iterate()) {
    const item = parseItem(JSON.parse(String(item_json)), 'item_json');
    store.replace(table, keyOfItem(item, table.keys), null, item);
  }
};
