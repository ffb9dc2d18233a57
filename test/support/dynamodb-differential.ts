import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { RequestHandler } from '../../adapters/dynamodb-sqlite/request-handler.ts';
import { onTable, randomRequests, randomTable, type WireRequest } from './dynamodb-requests.ts';

/** Sends one request over the wire, or past it. */
export type Send = (request: WireRequest) => Promise<Answer>;

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const headers = (operation: string) => ({
  'x-amz-target': `DynamoDB_20120810.${operation}`,
  'content-type': 'application/x-amz-json-1.0',
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0000',
  'x-amz-date': '20260101T000000Z',
});

export const overHttp =
  (endpoint: string): Send =>
  async ({ operation, input }) => {
    const answer = await fetch(endpoint, { method: 'POST', headers: headers(operation), body: JSON.stringify(input) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

export const overHandler =
  (handler: RequestHandler): Send =>
  async ({ operation, input }) => {
    const handle = handler.handle as unknown as (request: object) => Promise<{
      response: { statusCode: number; body: Buffer };
    }>;
    const { response } = await handle.call(handler, { headers: headers(operation), body: JSON.stringify(input) });
    return { status: response.statusCode, body: JSON.parse(response.body.toString()) as Record<string, unknown> };
  };

/** What of an answer must be the same: everything but the words of a refusal, and the order within sets. */
export const comparable = ({ status, body }: Answer, { operation, input }: WireRequest): unknown => {
  if (status === 200) {
    // DynamoDB Local tells it of deletions though it was not asked.
    const { ConsumedCapacity: _, ...answered } = body;
    const all = normal(answered) as { Items?: Record<string, unknown>[]; LastEvaluatedKey?: Record<string, unknown> };
    if (operation === 'Scan') return inNoOrder(all.Items ?? []);
    if (operation !== 'Query' || input.IndexName === undefined) return all;
    // Which of two items with the same key in an index comes first is each database's own.
    const sort = input.IndexName === 'by-n' ? 'n' : 's';
    return {
      ...all,
      Items: input.Limit === undefined ? inNoOrder(all.Items ?? []) : null,
      order: all.Items?.map((item) => item[sort]),
      LastEvaluatedKey: all.LastEvaluatedKey?.[sort],
    };
  }
  const reasons = body.CancellationReasons as { Code?: string; Item?: unknown }[] | undefined;
  return normal({
    status,
    name: outcomeOf({ status, body }),
    ...(reasons === undefined
      ? { Item: body.Item }
      : { reasons: reasons.map(({ Code = 'None', Item }) => ({ Code, Item })) }),
  });
};

const inNoOrder = (items: readonly object[]): string[] => items.map((item) => JSON.stringify(item)).sort();

const normal = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, scalarTypes[name]?.(member) ?? normal(member)])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
};

/** The same text for the same number: DynamoDB Local keeps some as they were written. */
const number = (text: unknown): string => {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(String(text)) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '0' : `${sign}${kept}e${Number(power) - fraction.length + digits.length - kept.length}`;
};
const sorted = (members: unknown): unknown => (Array.isArray(members) ? members.toSorted() : undefined);
const scalarTypes: Record<string, ((member: unknown) => unknown) | undefined> = Object.assign(Object.create(null), {
  SS: sorted,
  BS: sorted,
  NS: (members: unknown) => (Array.isArray(members) ? members.map(number).sort() : undefined),
  N: (member: unknown) => (typeof member === 'string' ? number(member) : undefined),
});

export interface Compared {
  readonly requests: number;
  /** How often each outcome came, by operation and name. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** How often a difference was excused, by why. */
  readonly excused: Readonly<Record<string, number>>;
}

/** A difference that is known: why it is none of ours, or null. */
export type Excuse = (request: WireRequest, ours: Answer, theirs: Answer) => string | null;

/**
 * Random histories on an empty table of both, compared answer by answer, and then item by item. After an excused difference the next
 * history begins, since what is stored may differ from there on. What `skip` says is not sent.
 */
export const compareRandomly = async (
  ours: Send,
  theirs: Send,
  {
    runs,
    excuse,
    skip = () => false,
  }: { readonly runs: number; readonly excuse: Excuse; readonly skip?: (request: WireRequest) => boolean },
): Promise<Compared> => {
  const outcomes: Record<string, number> = {};
  const excused: Record<string, number> = {};
  let requests = 0;
  const TableName = `random-${randomUUID()}`;
  const both = [ours, theirs];
  for (const send of both) await send({ operation: 'CreateTable', input: { TableName, ...randomTable } });
  const property = fc.asyncProperty(randomRequests(8), async (history) => {
    for (const send of both) await empty(send, TableName);
    for (const sent of [...history, { operation: 'Scan', input: {} }]) {
      if (skip(sent)) continue;
      const asked = onTable(sent, TableName);
      const [our, their] = [await ours(asked), await theirs(asked)];
      requests += 1;
      count(outcomes, `${sent.operation} ${outcomeOf(our)}`);
      const [mine, other] = [comparable(our, sent), comparable(their, sent)];
      if (isDeepStrictEqual(mine, other)) continue;
      const why = excuse(sent, our, their);
      const facts = [asked, our, their].map((each) => JSON.stringify(each)).join('\n');
      if (why === null) expect(mine, facts).toEqual(other);
      else count(excused, why);
      break;
    }
  });
  await fc.assert(property, { numRuns: runs });
  return { requests, outcomes, excused };
};

export const outcomeOf = ({ status, body }: Answer): string =>
  status === 200 ? 'done' : (String(body.__type).split('#')[1] ?? '');

const count = (counts: Record<string, number>, of: string): void => {
  counts[of] = (counts[of] ?? 0) + 1;
};

const empty = async (send: Send, TableName: string): Promise<void> => {
  const { body } = await send({ operation: 'Scan', input: { TableName } });
  for (const { pk, sk } of body.Items as Record<string, unknown>[])
    await send({ operation: 'DeleteItem', input: { TableName, Key: { pk, sk } } });
};
