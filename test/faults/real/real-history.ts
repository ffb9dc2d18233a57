import fc from 'fast-check';
import { type RepositoryOperation, repositoryOperation, type SourceOperation, sourceOperation } from '../history.ts';

/** Folders of the data directory that are disks of their own, so that each can be full or read-only. */
export const disks = ['objects', 'index', 'dynamodb'] as const;
export type DiskName = (typeof disks)[number];

/** What befalls the machine, the remote and the receiver. */
export type Mishap =
  /** kill -9 of every process, of the service's own, or of one git. */
  | { readonly kind: 'kill-tree' | 'kill-main' | 'kill-git' }
  /** One worker thread ends; the thread of the search index does, and the service with it. */
  | { readonly kind: 'crash-worker' | 'crash-index' }
  | { readonly kind: 'stop'; readonly milliseconds: number }
  /** SIGTERM, and started again. */
  | { readonly kind: 'restart' }
  /** Ended, and started on an index of earlier. */
  | { readonly kind: 'older-index' }
  | { readonly kind: 'full-disk' | 'read-only'; readonly disk: DiskName }
  | { readonly kind: 'free-disk' }
  | { readonly kind: 'remote'; readonly how: RemoteFault }
  | { readonly kind: 'receiver'; readonly how: ReceiverFault };

export const remoteFaults = ['none', 'unavailable', 'silent', 'slow', 'drip', 'cut', 'garbage'] as const;
export type RemoteFault = (typeof remoteFaults)[number];
export const receiverFaults = ['none', 'fails', 'slow', 'silent', 'gone'] as const;
export type ReceiverFault = (typeof receiverFaults)[number];

export type RealOperation = (
  | ({ readonly on: 'source'; readonly number: number } & SourceOperation)
  /** Many files at once, so that a sync takes its time. */
  | { readonly on: 'source'; readonly number: number; readonly kind: 'bulk'; readonly files: number }
  | ({ readonly on: 'repository'; readonly number: number } & RepositoryOperation)
  | ({ readonly on: 'world' } & Mishap)
) & {
  /** Milliseconds until the next operation. */
  readonly wait: number;
};

export interface RealHistory {
  readonly indexed: boolean;
  readonly operations: readonly RealOperation[];
}

const number = fc.nat({ max: 1 });
const of = <Kind extends string>(...kinds: readonly Kind[]) => fc.constantFrom(...kinds);

const mishap: fc.Arbitrary<Mishap> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: of('kill-tree', 'kill-main', 'kill-git') }) },
  { weight: 3, arbitrary: fc.record({ kind: of('crash-worker') }) },
  { weight: 1, arbitrary: fc.record({ kind: of('crash-index', 'restart', 'older-index') }) },
  { weight: 2, arbitrary: fc.record({ kind: of('stop'), milliseconds: fc.integer({ min: 100, max: 3_000 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: of('full-disk', 'read-only'), disk: of(...disks, 'objects') }),
  },
  { weight: 2, arbitrary: fc.record({ kind: of('free-disk') }) },
  { weight: 3, arbitrary: fc.record({ kind: of('remote'), how: of(...remoteFaults, 'none') }) },
  { weight: 2, arbitrary: fc.record({ kind: of('receiver'), how: of(...receiverFaults, 'none', 'fails') }) },
);

const operation: fc.Arbitrary<RealOperation> = fc
  .tuple(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.tuple(number, sourceOperation).map(([n, op]) => ({ on: 'source' as const, number: n, ...op })),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          on: of('source'),
          number,
          kind: of('bulk'),
          files: fc.integer({ min: 20, max: 120 }),
        }),
      },
      {
        weight: 9,
        arbitrary: fc
          .tuple(number, repositoryOperation)
          .map(([n, op]) => ({ on: 'repository' as const, number: n, ...op })),
      },
      { weight: 6, arbitrary: mishap.map((op) => ({ on: 'world' as const, ...op })) },
    ),
    fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 250 }) }, { weight: 1, arbitrary: fc.nat({ max: 1_500 }) }),
  )
  .map(([op, wait]) => ({ ...op, wait }) as RealOperation);

export const realHistoryArbitrary = (operations: number): fc.Arbitrary<RealHistory> =>
  fc.record({
    indexed: fc.nat({ max: 3 }).map((n) => n > 0),
    operations: fc.noBias(fc.array(operation, { minLength: 4, maxLength: operations, size: 'max' })),
  });
