import type { MessagePort } from 'node:worker_threads';
import * as errors from '../../../core/domain/errors.ts';
import type { FailureReason } from '../../../core/domain/failure-reasons.ts';
import type {
  Generation,
  GenerationName,
  IndexHit,
  IndexQuery,
  IndexRow,
  IndexState,
} from '../../../core/ports/search-index.ts';
import type { PackedRows } from '../packed-rows.ts';

type Blobs = readonly { oid: string; chunks: number }[];

/** A call that a thread makes to the index's own thread. */
export type IndexCall =
  | { readonly method: 'put'; readonly generation: Generation; readonly rows: PackedRows }
  | { readonly method: 'get' | 'delete'; readonly generation: Generation; readonly blobs: Blobs }
  | { readonly method: 'query'; readonly generation: Generation; readonly query: IndexQuery }
  | { readonly method: 'create' | 'settle'; readonly generation: Generation }
  | { readonly method: 'inspect'; readonly generation: Generation; readonly newest: readonly string[] }
  | { readonly method: 'drop'; readonly generation: GenerationName };

export type IndexRequest = { readonly id: number; readonly call: IndexCall };

export type IndexAnswer =
  | { readonly id: number; readonly value: readonly IndexRow[] | readonly IndexHit[] | IndexState | undefined }
  | { readonly id: number; readonly error: PortableError };

/** What the main thread tells the worker. */
export type HostMessage = { readonly kind: 'connect'; readonly port: MessagePort } | { readonly kind: 'close' };

/** An error as it crosses a port: a clone would lose its class. */
export interface PortableError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly reason?: FailureReason | undefined;
}

/** The index's thread is gone, or was closed. Worth another try after a restart. */
export class SearchIndexUnavailableError extends errors.SyncError {}

export const toPortable = (error: unknown): PortableError =>
  error instanceof Error
    ? { name: error.name, message: error.message, stack: error.stack, ...reasonOf(error) }
    : { name: 'Error', message: String(error), stack: undefined };

const reasonOf = (error: Error): Pick<PortableError, 'reason'> =>
  error instanceof errors.SyncError && error.reason !== undefined ? { reason: error.reason } : {};

const classes = new Map<string, new (message: string, options?: Pick<PortableError, 'reason'>) => Error>([
  ...Object.entries(errors),
  ['RangeError', RangeError],
  ['TypeError', TypeError],
]);

/** The error again, of its own class where that is known, else with its name. */
export const fromPortable = ({ name, message, stack, reason }: PortableError): Error => {
  const error = new (classes.get(name) ?? Error)(message, { reason });
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
};
