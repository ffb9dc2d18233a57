import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import * as lancedb from '@lancedb/lancedb';
import { createFileObjectStore } from '../../../adapters/files/object-store.ts';
import { BranchPointer, RepositoryRecord } from '../../../core/contract/records.ts';
import { namedPages } from '../../../core/sync/unnamed-pages.ts';
import { openDatabase } from '../../../local/database.ts';
import { tableNames } from '../../../local/runtime.ts';
import { objectsDirectory } from '../../../local/temporary-files.ts';
import { isIndexable } from '../truth.ts';
import type { RealLab } from './real-lab.ts';

/** Bytes for two repositories of a hundred small files each, with all that a database and an index keep of the past. */
const MOST_BYTES = 120 * 1024 * 1024;

interface Item {
  readonly [name: string]: unknown;
}

/** What the service has left on its disk, once it has ended: nothing that no one needs. */
export const judgeStored = async (lab: RealLab): Promise<void> => {
  const { dataDir } = lab.service;
  const items = await itemsIn(dataDir);
  const records = items.flatMap((item) => (item.sk === 'REPOSITORY' ? [RepositoryRecord.parse(item)] : []));
  const there = new Map(records.map((record) => [record.repository_id as string, record]));
  for (const item of items) judgeItem(lab, item);
  for (const record of records)
    if (record.lock !== undefined) lab.say(`${record.repository_id} is locked by ${record.lock.job_id}`);
  await judgeObjects(lab, there);
  for (const id of await names(join(dataDir, 'index')))
    if (!there.has(id) && (await names(join(dataDir, 'index', id))).length > 0)
      lab.say(`an index of ${id} is left, which is not registered`);
  for (const record of records) await judgeRows(lab, record);
  for (const folder of ['tmp', 'objects/.tmp'])
    for (const name of await names(join(dataDir, folder))) lab.say(`${folder}/${name} is left`);
  const bytes = await sizeOf(dataDir);
  if (bytes > MOST_BYTES) lab.say(`the data directory has ${bytes} bytes`);
};

const names = (path: string): Promise<string[]> => readdir(path).catch(() => []);

const itemsIn = async (dataDir: string): Promise<readonly Item[]> => {
  const database = openDatabase({ dataDir });
  const documents = DynamoDBDocumentClient.from(database.client);
  const items: Item[] = [];
  for (const TableName of Object.values(tableNames))
    for (let ExclusiveStartKey: Item | undefined; ; ) {
      const page = await documents.send(new ScanCommand({ TableName, ExclusiveStartKey }));
      items.push(...(page.Items ?? []));
      ExclusiveStartKey = page.LastEvaluatedKey;
      if (ExclusiveStartKey === undefined) break;
    }
  database.close();
  return items;
};

const judgeItem = (lab: RealLab, item: Item): void => {
  const key = String(item.job_id ?? item.repository_id);
  if (item.sk === 'JOB' && item.ended_at === null) lab.say(`the job ${key} is stored as ${item.status}`);
  if (key.startsWith('follow-up#') && item.due_shard !== undefined) lab.say(`${key} is still owed`);
  if (key.startsWith('removal#') && (item.removal as Item).cleared_at === null) lab.say(`${key} is not cleared`);
  if (String(item.sk).startsWith('BATCH#')) lab.say(`${key} has a batch in flight`);
  // What was told of a repository is kept for a while, also when it is gone.
  if (key.startsWith('webhooks#') && item.expires_at === undefined && item.due_at === undefined)
    lab.say(`${key} is kept for ever`);
};

const judgeObjects = async (lab: RealLab, there: ReadonlyMap<string, RepositoryRecord>): Promise<void> => {
  const root = join(lab.service.dataDir, 'objects', 'repositories');
  for (const id of await names(root)) {
    const all = await readdir(join(root, id), { recursive: true, withFileTypes: true });
    const files = all
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(root, id).length + 1));
    const record = there.get(id);
    if (record === undefined && files.length > 0)
      lab.say(`${files.length} objects of ${id} are left, which is not registered: ${files[0]}`);
    if (record === undefined) continue;
    const pointers = Object.values(record.branches);
    const manifests = new Set(pointers.map(({ manifest_key }) => manifest_key));
    const named = await namedPages(
      { objects: createFileObjectStore(objectsDirectory(lab.service.dataDir)) },
      id,
      pointers,
      new Map(),
    );
    if (named === null) lab.say(`a manifest of ${id} cannot be read`);
    for (const key of named ?? [])
      if (!files.includes(key.slice(`repositories/${id}/`.length))) lab.say(`${key}, which a branch needs, is gone`);
    for (const file of files) {
      if (/^(jobs|garbage)\//.test(file)) lab.say(`${file} of ${id} is left of a job that has ended`);
      if (file.startsWith('manifests/') && !manifests.has(`repositories/${id}/${file}`))
        lab.say(`${file} of ${id} is no branch's manifest`);
      if (/^(pages|packs)\//.test(file) && named?.has(`repositories/${id}/${file}`) === false)
        lab.say(`${file} of ${id} is named by no branch's manifest`);
    }
  }
};

/** Each generation that a branch points to has rows of the blobs that are in its branches, and of no others; there are no others. */
const judgeRows = async (lab: RealLab, record: RepositoryRecord): Promise<void> => {
  const place = join(lab.service.dataDir, 'index', record.repository_id);
  const tables = (await names(place)).filter((name) => name.endsWith('.lance'));
  const pointers = Object.values(record.branches).map((pointer) => BranchPointer.parse(pointer));
  const generations = new Set(pointers.map(({ generation }) => generation));
  if (tables.length > Math.max(1, generations.size))
    lab.say(`${tables.length} generations of ${record.repository_id} are left, of which ${generations.size} are used`);
  if (tables.length !== 1 || generations.size !== 1) return;
  const table = await (await lancedb.connect(place)).openTable((tables[0] as string).slice(0, -'.lance'.length));
  const rows = await table.query().select(['blob', 'text']).toArray();
  table.close();
  const wanted = new Map<string, Set<string>>();
  for (const { commit } of pointers) {
    const files = lab.filesAt(commit);
    for (const [path, { content }] of files ?? [])
      if (files !== undefined && isIndexable(path, files, record.ignore_patterns)) wanted.set(content, new Set());
  }
  const texts = new Map<string, string[]>();
  for (const { blob, text } of rows) texts.set(blob, [...(texts.get(blob) ?? []), String(text)]);
  for (const [blob, parts] of texts)
    if (![...wanted.keys()].some((content) => parts.every((part) => content.includes(part.trim()))))
      lab.say(`rows of ${blob} are left in the index of ${record.repository_id}: ${JSON.stringify(parts[0])}`);
  if (texts.size < wanted.size)
    lab.say(`${record.repository_id} has rows of ${texts.size} blobs in place of ${wanted.size}`);
};

const sizeOf = async (path: string): Promise<number> => {
  let bytes = 0;
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  return bytes;
};
